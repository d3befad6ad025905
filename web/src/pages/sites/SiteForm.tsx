import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'wouter'

import { answered, api, ifMatch } from '@/api'
import { Button } from '@/parts/Button'
import { useVersioned } from '@/parts/conflict'
import { Actions } from '@/parts/Dialog'
import { Form, Row, useForm } from '@/parts/Form'
import { Card } from '@/parts/Page'
import type { Site } from '@/parts/places'
import { ComboBox, Select } from '@/parts/Select'
import { TextField } from '@/parts/TextField'
import { toast } from '@/parts/toasts'
import { ownZone, timeZones } from '@/parts/zones'

import { changeOf, idOf, siteDraft, siteErrors, type SiteDraft } from './draft'
import { EntranceFields } from './EntranceFields'

const SITES = '/api/v1/sites'
const HOURS = Array.from({ length: 24 }, (_, hour) => `${hour}`)

export function SiteForm({ site }: { site?: Site }) {
  const { t } = useTranslation('system')
  const { t: common } = useTranslation()
  const [, navigate] = useLocation()
  const client = useQueryClient()
  const form = useForm(['id', 'name', 'time_zone', 'reset_hour', 'entrances'])
  const [draft, setDraft] = useState(() => siteDraft(site, ownZone()))
  const [zones] = useState(() => timeZones(Date.now()))
  const [ownId, setOwnId] = useState(false)
  const [tried, setTried] = useState(false)
  const errors = siteErrors(draft, !site)
  const isDisabled = site?.provisioned ?? false
  const change = (one: Partial<SiteDraft>) => setDraft((before) => ({ ...before, ...one }))

  const params = { path: { id: site?.id ?? '' } }
  const shown = (changed: Site) => client.setQueryData(['/api/v1/sites/{id}', params], changed)
  const saved = (changed: Site) => {
    toast(t('site.saved', { name: changed.name }))
    shown(changed)
    void client.invalidateQueries({ predicate: ({ queryKey: [path] }) => path === SITES })
    if (!site) navigate('/sites')
  }
  const versioned = useVersioned<Site>({
    read: () => answered(api.GET('/api/v1/sites/{id}', { params })),
    write: (version) =>
      answered(
        api.PATCH('/api/v1/sites/{id}', {
          params: { ...params, header: ifMatch(version) },
          body: changeOf(draft),
        }),
      ),
    mine: () => changeOf(draft),
    onSaved: saved,
    onTake: shown,
  })
  const send = async () => {
    if (site) await versioned.save(site.version)
    else saved(await answered(api.POST('/api/v1/sites', { body: { id: draft.id, ...changeOf(draft) } })))
  }
  const known = zones.some(({ name }) => name === draft.zone)
  const options = [
    ...(known || !draft.zone ? [] : [{ value: draft.zone, label: draft.zone }]),
    ...zones.map(({ name, offset }) => ({ value: name, label: `${name} (${offset})` })),
  ]
  return (
    <Form
      label={site?.name ?? t('site.new')}
      problem={form.problem}
      onSubmit={() => {
        setTried(true)
        if (Object.keys(errors).length === 0) form.submit(send)()
      }}
    >
      <Card>
        <TextField
          label={t('site.name')}
          value={draft.name}
          onChange={(name) => change({ name, ...(site || ownId ? {} : { id: idOf(name) }) })}
          error={tried && errors.name ? t('site.error.name') : form.errorOf('name')}
          isDisabled={isDisabled}
          autoFocus={!site}
        />
        {!site && (
          <TextField
            label={t('site.id')}
            help={t('site.idHelp')}
            value={draft.id}
            onChange={(id) => {
              setOwnId(true)
              change({ id })
            }}
            error={tried && errors.id ? t('site.error.id') : form.errorOf('id')}
          />
        )}
        <Row>
          <ComboBox
            label={t('site.zone')}
            help={t('site.zoneHelp')}
            options={options}
            value={draft.zone}
            onChange={(zone) => change({ zone })}
            error={tried && errors.zone ? t('site.error.zone') : form.errorOf('time_zone')}
            isDisabled={isDisabled}
          />
          <Select
            label={t('site.reset')}
            help={t('site.resetHelp')}
            options={HOURS.map((value) => ({ value, label: `${value.padStart(2, '0')}:00` }))}
            value={`${draft.reset}`}
            onChange={(value) => change({ reset: Number(value) })}
            isDisabled={isDisabled}
          />
        </Row>
      </Card>
      {site && (
        <Card title={t('site.entrances')} about={t('site.entrancesHelp')}>
          <EntranceFields
            site={site.id}
            entrances={draft.entrances}
            onChange={(entrances) => change({ entrances })}
            error={tried && errors.entrance ? t('site.error.entrance') : form.errorOf('entrances')}
            isDisabled={isDisabled}
          />
        </Card>
      )}
      {!isDisabled && (
        <Actions>
          <Button onPress={() => navigate('/sites')}>{common('do.cancel')}</Button>
          <Button type="submit" look="primary" isPending={form.pending}>
            {common('do.save')}
          </Button>
        </Actions>
      )}
      {versioned.dialog}
    </Form>
  )
}
