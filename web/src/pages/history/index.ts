export { default } from './HistoryPage'
