export const USERS = '/api/v1/users'
export const SESSION = '/api/v1/auth/session'
