import { useEffect, useRef, useState, type RefObject } from 'react'

import type { Size } from './geometry'

/** A canvas's size on the screen; undefined until it is known. */
export function useSize(element: RefObject<HTMLElement | null>): Size | undefined {
  const [size, setSize] = useState<Size>()
  useEffect(() => {
    const watched = element.current
    if (!watched) return
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setSize({ width: entry.contentRect.width, height: entry.contentRect.height })
    })
    observer.observe(watched)
    return () => observer.disconnect()
  }, [element])
  return size
}

/** Makes a canvas as sharp as the screen, and gives what draws on it in pixels of the page. */
export function prepared(
  canvas: HTMLCanvasElement,
  { width, height }: Size,
): CanvasRenderingContext2D | null {
  const density = window.devicePixelRatio || 1
  const [columns, rows] = [Math.round(width * density), Math.round(height * density)]
  if (canvas.width !== columns) canvas.width = columns
  if (canvas.height !== rows) canvas.height = rows
  const context = canvas.getContext('2d')
  context?.setTransform(density, 0, 0, density, 0, 0)
  context?.clearRect(0, 0, width, height)
  return context
}

/** Draws once before the next frame, however often it is asked for; `again` asks for the frame after. */
export function useFrame(draw: (again: () => void) => void): () => void {
  const latest = useRef(draw)
  const asked = useRef<number | undefined>(undefined)
  useEffect(() => {
    latest.current = draw
  })
  useEffect(() => () => cancelAnimationFrame(asked.current ?? 0), [])
  const [ask] = useState(() => {
    const again = () => {
      asked.current ??= requestAnimationFrame(() => {
        asked.current = undefined
        latest.current(again)
      })
    }
    return again
  })
  return ask
}
