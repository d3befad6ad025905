import type { ReactNode } from 'react'
import { Tab, TabList, TabPanel, Tabs as AriaTabs } from 'react-aria-components/Tabs'

import css from './Tabs.module.css'

interface TabsProps<Key extends string> {
  label: string
  tabs: readonly { key: Key; title: string; content: ReactNode }[]
  selected: Key
  onSelect: (key: Key) => void
}

/** Views of one thing, one at a time. Keep the chosen one in the address, so that a link shows it. */
export function Tabs<Key extends string>({ label, tabs, selected, onSelect }: TabsProps<Key>) {
  return (
    <AriaTabs
      selectedKey={selected}
      onSelectionChange={(key) => onSelect(key as Key)}
      className={css.tabs ?? ''}
    >
      <TabList aria-label={label} className={css.list ?? ''}>
        {tabs.map(({ key, title }) => (
          <Tab key={key} id={key} className={css.tab ?? ''}>
            {title}
          </Tab>
        ))}
      </TabList>
      {tabs.map(({ key, content }) => (
        <TabPanel key={key} id={key} className={css.panel ?? ''}>
          {content}
        </TabPanel>
      ))}
    </AriaTabs>
  )
}
