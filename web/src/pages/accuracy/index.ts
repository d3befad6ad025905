export { default } from './AuditList'
