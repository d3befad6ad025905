import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { read } from '@/api'
import { LANGUAGES, setLanguage, type Language } from '@/app/i18n'
import { setTheme, THEMES, useTheme } from '@/app/theme'
import { CopyField } from '@/parts/CopyField'
import { Row } from '@/parts/Form'
import { Card, Fact, Facts } from '@/parts/Page'
import { Select } from '@/parts/Select'
import { Loading } from '@/parts/State'

import css from './about.module.css'
import { versionOf } from './version'

const DESCRIPTION = '/api/v1/openapi.json'

/** What runs here, and how this browser shows it. */
export function AboutPanel() {
  const { t } = useTranslation('system')
  return (
    <div className={css.panel}>
      <Program />
      <Card title={t('about.model')}>
        <Model />
      </Card>
      <Settings />
      <Card title={t('about.configuration')}>
        <p className={css.muted}>{t('about.configurationAbout')}</p>
        <CopyField label={t('about.configuration')} value="camtally config" />
      </Card>
    </div>
  )
}

function Program() {
  const { t } = useTranslation('system')
  const server = useQuery(read('/api/v1/auth'))
  const description = useQuery({ ...read(DESCRIPTION), staleTime: Infinity })
  return (
    <Card title="camtally">
      <Facts>
        <Fact name={t('about.version')}>{versionOf(description.data) ?? '–'}</Fact>
        <Fact name={t('about.address')}>{window.location.origin}</Fact>
        <Fact name={t('about.signIn')}>
          {server.data && (server.data.open ? t('about.signInOff') : t('about.signInOn'))}
        </Fact>
        <Fact name={t('about.licence')}>Apache-2.0</Fact>
        <Fact name={t('about.documents')}>
          <a href={DESCRIPTION}>{t('about.api')}</a>
        </Fact>
      </Facts>
    </Card>
  )
}

function Model() {
  const { t, i18n } = useTranslation('system')
  const models = useQuery(read('/api/v1/models'))
  const list = new Intl.ListFormat(i18n.language)
  if (models.isPending) return <Loading lines={2} />
  const [model] = models.data?.items ?? []
  if (!model) return <p className={css.muted}>{t('about.modelNone')}</p>
  return (
    <>
      <Facts>
        <Fact name={t('about.model')}>{model.id}</Fact>
        <Fact name={t('about.counted')}>{list.format(model.counted)}</Fact>
      </Facts>
      <details className={css.classes}>
        <summary>
          {t('about.classes')} ({model.classes.length})
        </summary>
        <p>{list.format(model.classes)}</p>
      </details>
    </>
  )
}

function Settings() {
  const { t, i18n } = useTranslation('system')
  const chosen = useTheme()
  return (
    <Card title={t('about.settings')}>
      <Row>
        <Select
          label={t('about.language')}
          options={(Object.keys(LANGUAGES) as Language[]).map((value) => ({
            value,
            label: LANGUAGES[value],
          }))}
          value={i18n.language as Language}
          onChange={(language) => void setLanguage(language)}
        />
        <Select
          label={t('about.theme')}
          options={THEMES.map((value) => ({ value, label: t(`about.themes.${value}`) }))}
          value={chosen}
          onChange={setTheme}
        />
      </Row>
    </Card>
  )
}
