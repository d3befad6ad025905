import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useDeferredValue, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { answered, api, type Schema } from '@/api'
import { Card } from '@/parts/Page'
import { ProblemText } from '@/parts/ProblemText'
import { Note } from '@/parts/State'
import { Num } from '@/parts/Time'
import { formatLength } from '@/parts/format'

import { rules, shape, type Draft } from './draft'
import css from './Trial.module.css'

interface TrialProps {
  camera: string
  drafts: readonly Draft[]
  isFaulty: boolean
}

/** How long nothing must have been changed before it is tried anew. */
const PAUSE_MS = 600

/** What the lines and zones would have counted in the last ten minutes, before they are saved. */
export function Trial({ camera, drafts, isFaulty }: TrialProps) {
  const { t } = useTranslation('drawing')
  const settled = useSettled(useDeferredValue(drafts))
  const trial = useQuery({
    queryKey: ['trial', camera, rules(settled)],
    enabled: settled.length > 0 && !isFaulty,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
    queryFn: ({ signal }) =>
      answered(
        api.POST('/api/v1/cameras/{id}/rules/try', {
          params: { path: { id: camera } },
          body: rules(settled),
          signal,
        }),
      ),
  })
  if (drafts.length === 0) return null
  return (
    <Card title={t('trial.title')} about={t('trial.about')}>
      <div className={css.trial} aria-busy={trial.isFetching} data-faded={trial.isFetching || undefined}>
        {isFaulty && <Note look="warn">{t('trial.faulty')}</Note>}
        {trial.error && <ProblemText problem={trial.error} />}
        {trial.data &&
          (trial.data.from === null ? (
            <p className={css.none}>{t('trial.nothing')}</p>
          ) : (
            <Results results={trial.data} drafts={settled} />
          ))}
      </div>
    </Card>
  )
}

function useSettled(drafts: readonly Draft[]): readonly Draft[] {
  const [settled, setSettled] = useState(drafts)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(drafts), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [drafts])
  return settled
}

function Results({ results, drafts }: { results: Schema<'RulesTried'>; drafts: readonly Draft[] }) {
  const { t, i18n } = useTranslation('drawing')
  const names = new Map(drafts.map((draft) => [draft.rule.name, shape(draft)]))
  return (
    <>
      <p className={css.none}>{t('trial.tracks', { count: results.tracks })}</p>
      {results.lines.map((line) => {
        const drawn = names.get(line.line)
        if (drawn?.kind !== 'line') return null
        return (
          <div key={line.line} className={css.rule}>
            <h3>{line.line}</h3>
            <p className={css.counts}>
              <span>
                {drawn.forward}{' '}
                <strong>
                  <Num value={line.forward} />
                </strong>
              </span>
              <span>
                {drawn.backward}{' '}
                <strong>
                  <Num value={line.backward} />
                </strong>
              </span>
            </p>
            <Rest line={line} />
            {line.advice && (
              <Note look="warn">
                {t(`advice.${line.advice.code as 'tracks_begin_near'}`, {
                  born: line.born_near,
                  died: line.died_near,
                })}
              </Note>
            )}
          </div>
        )
      })}
      {results.zones.map((zone) => (
        <div key={zone.zone} className={css.rule}>
          <h3>{zone.zone}</h3>
          <p className={css.counts}>
            <span>
              {t('trial.entered')}{' '}
              <strong>
                <Num value={zone.entered} />
              </strong>
            </span>
            <span>
              {t('trial.most')}{' '}
              <strong>
                <Num value={zone.most} />
              </strong>
            </span>
          </p>
          {zone.dwell_mean_s !== null && (
            <p className={css.none}>
              {t('trial.dwell', { length: formatLength(zone.dwell_mean_s, i18n.language) })}
            </p>
          )}
        </div>
      ))}
    </>
  )
}

/** Those who were seen at a line and not counted, and why. */
function Rest({ line }: { line: Schema<'LineTried'> }) {
  const { t } = useTranslation('drawing')
  const parts = [
    line.turned_back > 0 && t('trial.turnedBack', { count: line.turned_back }),
    line.passed_by > 0 && t('trial.passedBy', { count: line.passed_by }),
    line.origin_unobserved > 0 && t('trial.unobserved', { count: line.origin_unobserved }),
  ].filter(Boolean)
  return parts.length > 0 ? <p className={css.none}>{parts.join(' · ')}</p> : null
}
