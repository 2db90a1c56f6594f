/** One entry for each code of shared/errors.ts, plus `network`: what happened, and what to do next. */
export const errors = {
  bad_request: { title: 'Something in the form is not right', hint: 'Correct it and try again.' },
  body_too_large: { title: 'That is too large', hint: 'Send less at once.' },
  not_signed_in: { title: 'You are signed out', hint: 'Sign in and try again.' },
  key_missing: { title: 'No API key was sent', hint: 'Send a key and try again.' },
  key_invalid: {
    title: 'That API key is not valid',
    hint: 'Check it, or create a new one under API keys.',
  },
  sign_in_failed: {
    title: 'User name or password is wrong',
    hint: 'Check both. An admin can reset your password.',
  },
  token_invalid: { title: 'That access token is not valid', hint: 'Sign in again.' },
  token_expired: { title: 'That access token has expired', hint: 'Refresh it, or sign in again.' },
  token_revoked: { title: 'That sign-in has ended', hint: 'Sign in again.' },
  second_factor_needed: {
    title: 'A second factor is needed',
    hint: 'Send a code of your authenticator app, or a recovery code.',
  },
  forbidden: { title: 'You may not do this', hint: 'Ask an admin if you need it.' },
  wrong_origin: {
    title: 'The request came from another address',
    hint: 'Open the console at its own address and try again.',
  },
  user_disabled: { title: 'This user is disabled', hint: 'An admin can enable it again.' },
  user_pending: {
    title: 'You are not let in yet',
    hint: 'An admin has to let you in first, or you have to confirm your e-mail address.',
  },
  registration_closed: {
    title: 'You cannot register here',
    hint: 'Ask an admin for an invitation.',
  },
  mail_not_sent: {
    title: 'The mail was not sent',
    hint: 'An admin sees why on the registration page.',
  },
  user_silenced: {
    title: 'This user may look, but not call models',
    hint: 'An admin can lift that.',
  },
  step_up_needed: {
    title: 'Prove once more that it is you',
    hint: 'Nothing was changed. Try again and prove it in the window that opens.',
  },
  passkey_refused: {
    title: 'That passkey did not work',
    hint: 'Try again, or use another way.',
  },
  sso_state_invalid: {
    title: 'This sign-in is over',
    hint: 'It took too long, was used already, or began in another browser. Begin again.',
  },
  sso_exchange_failed: {
    title: 'The other service did not confirm the sign-in',
    hint: 'Begin again. If it keeps failing, an admin can test the service’s settings.',
  },
  sso_user_info_failed: {
    title: 'The other service did not say who you are',
    hint: 'Begin again. If it keeps failing, an admin can check the service’s fields.',
  },
  sso_refused: {
    title: 'You cannot come in by this service',
    hint: 'Use another way to sign in, or ask an admin.',
  },
  proof_refused: {
    title: 'That does not prove that it is you',
    hint: 'Go back to your page and try again.',
  },
  model_not_allowed: {
    title: 'This key may not use that model',
    hint: 'Choose another model or change the key.',
  },
  scope_missing: {
    title: 'This key is not for that',
    hint: 'Add the scope to the key, or use another key.',
  },
  address_not_allowed: {
    title: 'This key may not be used from here',
    hint: 'Its owner can allow the address in the key’s settings.',
  },
  outbound_refused: {
    title: 'That address may not be called',
    hint: 'Addresses inside your network must be allowed by OUTBOUND_ALLOW first.',
  },
  not_found: { title: 'It is not there any more', hint: 'Reload the page to see what is.' },
  previous_response_not_found: {
    title: 'The answer this continues is not kept here',
    hint: 'It was deleted or has expired. Send the conversation whole.',
  },
  model_not_found: { title: 'There is no such model', hint: 'See the models page for the names.' },
  method_not_allowed: { title: 'The server does not do that', hint: 'Reload the page.' },
  unsupported_media_type: { title: 'The server cannot read that', hint: 'Reload the page.' },
  conflict: { title: 'That conflicts with what is there', hint: 'Change it and try again.' },
  bound_elsewhere: {
    title: 'Only another account can go on with this',
    hint: 'Try again later, or begin the conversation anew.',
  },
  not_offered: {
    title: 'This model does not offer that',
    hint: 'Choose a model on a platform that does.',
  },
  setup_done: { title: 'Set-up is already done', hint: 'Sign in instead.' },
  too_many_tries: { title: 'Too many tries', hint: 'Wait a little and try again.' },
  rate_limited: { title: 'Too many requests', hint: 'Wait a little and try again.' },
  quota_exhausted: {
    title: 'The limit for today is used up',
    hint: 'It starts anew at 00:00 in the server’s time zone; or ask for a higher limit.',
  },
  no_account: {
    title: 'No account can serve this now',
    hint: 'Add an account for one of the model’s platforms, or enable one.',
  },
  upstream_refused: { title: 'The platform refused the request', hint: 'See its message.' },
  upstream_rate_limited: {
    title: 'The platform asks us to slow down',
    hint: 'Wait a little, or add another account.',
  },
  upstream_failed: { title: 'The platform failed', hint: 'Try again in a moment.' },
  upstream_timeout: { title: 'The platform took too long', hint: 'Try again in a moment.' },
  proxy_failed: {
    title: 'The proxy failed',
    hint: 'Nothing was sent without it. Check the proxy, or try again in a moment.',
  },
  refresh_failed: {
    title: 'The account could not be renewed',
    hint: 'Its page says why. Sign in to the account again, or try again in a moment.',
  },
  client_closed: { title: 'Stopped', hint: 'The request was ended before its answer.' },
  ended_by_admin: {
    title: 'An admin ended it',
    hint: 'What this person had running was ended. Ask an admin.',
  },
  ended_by_owner: {
    title: 'Its owner ended it',
    hint: 'The person ended everything of theirs. Sign in, and make a new key to go on.',
  },
  shutting_down: { title: 'The server is restarting', hint: 'Try again in a few seconds.' },
  storage_unavailable: {
    title: 'The database cannot be reached',
    hint: 'Try again in a moment; if it lasts, tell whoever runs the server.',
  },
  internal: {
    title: 'Something went wrong on our side',
    hint: 'Try again. The request id finds the log line.',
  },
  network: {
    title: 'The server cannot be reached',
    hint: 'Check your connection and that Gatehouse is running.',
  },
  retryIn: 'Try again in {{time}}.',
} as const;
