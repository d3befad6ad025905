/** Each icon's strokes, on a ground of 24 × 24. */
const STROKES = {
  accuracy: 'M12 3a9 9 0 1 0 9 9M12 7a5 5 0 1 0 5 5M12 12l8-8M17 3.5V7h3.5',
  add: 'M12 5v14M5 12h14',
  alert: 'M6 9a6 6 0 0 1 12 0c0 6 2.5 7 2.5 8h-17C3.5 16 6 15 6 9M10 20.5a2.2 2.2 0 0 0 4 0',
  arrow: 'M5 12h14M13 6l6 6-6 6',
  audit: 'M6 3h9l4 4v14H6zM14 3v5h5M9.5 12.5h6M9.5 16.5h6',
  back: 'M19 12H5M11 6l-6 6 6 6',
  camera:
    'M4 7.5h9.5A1.5 1.5 0 0 1 15 9v6a1.5 1.5 0 0 1-1.5 1.5H4A1.5 1.5 0 0 1 2.5 15V9A1.5 1.5 0 0 1 4 7.5M15 11l6.5-3v8L15 13',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  clock: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17M12 7.5V12l3 2',
  close: 'M6 6l12 12M18 6L6 18',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  delete: 'M4.5 6.5h15M9.5 6V4h5v2M6.5 6.5l1 13.5h9l1-13.5M10.5 10.5v5.5M13.5 10.5v5.5',
  down: 'M6 9.5l6 6 6-6',
  download: 'M12 4v11M7 10.5l5 5 5-5M4.5 20h15',
  edit: 'M4 20l1-4.5L16.5 4 20 7.5 8.5 19zM14 6.5l3.5 3.5',
  error: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17M12 7.5V13M12 16.4v.1',
  history: 'M4 20V4M4 20h16M8 16v-5M12 16V7M16 16v-3',
  info: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17M12 11v5.5M12 7.6v.1',
  key: 'M15 4a5 5 0 1 1-4.6 7L4 17.5V20h3v-2h2v-2h2l1-1.5M16.5 8v.1',
  line: 'M4 18L20 8M4 18v.1M20 8v.1M11 8l4 7M15 15l.3-3.2M15 15l-3-1.2',
  live: 'M12 10a2 2 0 1 0 0 4 2 2 0 0 0 0-4M7.5 7.5a6.4 6.4 0 0 0 0 9M16.500 7.500a6.400 6.400 0 0 1 0 9M4.500 4.500a10.600 10.600 0 0 0 0 15M19.500 4.500a10.600 10.600 0 0 1 0 15',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.500 3.500 0 0 1 7 0v3',
  menu: 'M4 7h16M4 12h16M4 17h16',
  more: 'M5.500 12v.1M12 12v.1M18.500 12v.1',
  offline:
    'M3 3l18 18M5 11a11 11 0 0 1 4-2.500M19 11a11 11 0 0 0-6-2.900M8 14.500a6.500 6.500 0 0 1 4-1.500M12 18.500v.1',
  people:
    'M9 5a3.200 3.200 0 1 0 0 6.400A3.200 3.200 0 0 0 9 5M3 19c0-3.500 2.500-5.500 6-5.500s6 2 6 5.500M16 5.300a3.200 3.200 0 0 1 0 5.900M17.500 13.800c2.200.7 3.500 2.600 3.500 5.200',
  pause: 'M8.500 5v14M15.500 5v14',
  play: 'M7 4.500v15l12-7.500z',
  redo: 'M19 9H9.500a5 5 0 0 0 0 10H14M19 9l-4-4M19 9l-4 4',
  refresh: 'M19.500 12a7.500 7.500 0 1 1-2.200-5.300L20 9.500M20 4.500v5h-5',
  report: 'M5 3.500h14v17H5zM9 15.500v-2M12 15.500v-6M15 15.500V12',
  search: 'M10.500 4a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13M15.500 15.500L20 20',
  settings: 'M4 7h9M17 7h3M4 17h3M11 17h9M15 5a2 2 0 1 0 0 4 2 2 0 0 0 0-4M9 15a2 2 0 1 0 0 4 2 2 0 0 0 0-4',
  site: 'M4 20.500V9l8-5.500L20 9v11.500zM9.500 20.500v-6h5v6',
  stop: 'M6.500 6.500h11v11h-11z',
  undo: 'M5 9h9.500a5 5 0 0 1 0 10H10M5 9l4-4M5 9l4 4',
  up: 'M6 14.500l6-6 6 6',
  user: 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8M4.500 20.500c0-4 3-6 7.500-6s7.500 2 7.500 6',
  warning: 'M12 4L2.800 19.500h18.400zM12 10v4.500M12 17v.1',
  zone: 'M5 8l9-3.500L20 11l-4 8.500H7z',
} as const

export type IconName = keyof typeof STROKES

/** A picture beside a text, or of a button that has a name of its own: hidden from screen readers. */
export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg
      aria-hidden="true"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.7"
      strokeLinecap="round"
      strokeLinejoin="round"
      focusable="false"
    >
      <path d={STROKES[name]} />
    </svg>
  )
}
