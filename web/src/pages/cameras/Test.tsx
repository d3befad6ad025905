import { useTranslation } from 'react-i18next'

import { answered, api, useChange } from '@/api'
import { Button } from '@/parts/Button'
import { ProblemText } from '@/parts/ProblemText'

import { Diagnosis } from './Diagnosis'

/** Tries whether the camera can be seen, with the password that is kept. */
export function Test({ camera }: { camera: string }) {
  const { t } = useTranslation('cameras')
  const test = useChange(
    async () => await answered(api.POST('/api/v1/cameras/{id}/test', { params: { path: { id: camera } } })),
  )
  return (
    <>
      <div>
        <Button icon="refresh" isPending={test.isPending} onPress={() => test.mutate()}>
          {test.isPending ? t('test.running') : t('test.go')}
        </Button>
      </div>
      {test.error && <ProblemText problem={test.error} />}
      {test.data && <Diagnosis diagnosis={test.data} />}
    </>
  )
}
