#!/bin/sh
# As the official image: the user comes from the environment.
set -eu
umask 077
printf 'default_user = %s\ndefault_pass = %s\nlisteners.tcp.default = 5672\n' \
  "$RABBITMQ_DEFAULT_USER" "$RABBITMQ_DEFAULT_PASS" >/var/lib/rabbitmq/rabbitmq.conf
export RABBITMQ_CONFIG_FILE=/var/lib/rabbitmq/rabbitmq
exec rabbitmq-server
