import { Component, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import { Button } from '@/parts/Button'
import { EmptyState } from '@/parts/State'

/** Keeps a fault in one page from taking the whole window. A new `name` tries again. */
export class Boundary extends Component<
  { children: ReactNode; name?: string },
  { failed: string | undefined }
> {
  override state: { failed: string | undefined } = { failed: undefined }

  static getDerivedStateFromError(error: unknown) {
    return { failed: error instanceof Error ? error.message : String(error) }
  }

  override componentDidUpdate(before: { name?: string }) {
    if (before.name !== this.props.name && this.state.failed !== undefined)
      this.setState({ failed: undefined })
  }

  override render() {
    return this.state.failed === undefined ? this.props.children : <Crashed detail={this.state.failed} />
  }
}

function Crashed({ detail }: { detail: string }) {
  const { t } = useTranslation()
  const reload = (
    <Button look="primary" icon="refresh" onPress={() => location.reload()}>
      {t('do.reload')}
    </Button>
  )
  return (
    <EmptyState icon="error" title={t('crashed.title')} action={reload}>
      {t('crashed.about')} <code>{detail}</code>
    </EmptyState>
  )
}
