#!/bin/sh
# As the official image: variables of the template become the environment's.
set -eu
# shellcheck disable=SC2016 # the names of variables, for envsubst
envsubst '${LISTEN} ${UPSTREAM} ${CERTIFICATES}' \
  </etc/nginx/templates/default.conf.template >/etc/nginx/conf.d/default.conf
exec nginx -g 'daemon off;'
