#!/usr/bin/env bash
# The peer of `pulumi up`: the same deployment as an administrator would script it, with as much side by side as the work
# allows. What runs on the machines (user data, rules, scripts) is the same text, made by prepare.ts beforehand; keys and
# certificates are made beforehand too. It has no state, no preview, no drift and no way back.
#
# Environment: API (address), WORK (the prepared folder), DOMAIN, REGION, SIZE, RANGE.
set -euo pipefail
umask 077
cd "$WORK"
name=bench-peer

api() { # METHOD PATH [BODY]
  curl -sS --fail-with-body --max-time 60 -X "$1" -H @authorization -H 'Content-Type: application/json' "$API$2" ${3+--data-binary "$3"}
}
wait_for() { # each of these background jobs has to succeed
  local job
  for job in "$@"; do wait "$job"; done
}

# --- in the account: what the machines need before they boot
jobs=()
api POST /v2/account/keys "$(jq -n --arg n $name --rawfile k key.pub '{name: $n, public_key: $k}')" | jq -r .ssh_key.id >key.id &
jobs+=($!)
api POST /v2/vpcs "$(jq -n --arg n $name --arg r "$REGION" --arg i "$RANGE" '{name: $n, region: $r, ip_range: $i}')" | jq -r .vpc.id >vpc.id &
jobs+=($!)
api POST /v2/domains "{\"name\": \"$DOMAIN\"}" >/dev/null &
jobs+=($!)
for part in bastion server; do
  api POST /v2/tags "{\"name\": \"$name-$part\"}" >/dev/null &
  jobs+=($!)
done
wait_for "${jobs[@]}"
jobs=()
for part in bastion server; do
  api POST /v2/firewalls "@firewall-$part.json" >/dev/null &
  jobs+=($!)
done
wait_for "${jobs[@]}"

droplet() { # PART TAG IPV6 PUBLIC
  local id body
  body=$(jq -n --arg n "$name-$1" --arg t "$name-$2" --arg r "$REGION" --arg s "$SIZE" --arg v "$(cat vpc.id)" --argjson k "$(cat key.id)" \
    --rawfile u "user-data-$1" --argjson six "$3" --argjson public "$4" '{name: $n, region: $r, size: $s, image: "debian-13-x64",
      vpc_uuid: $v, ssh_keys: [$k], tags: [$t], user_data: $u, ipv6: $six, public_networking: $public, with_droplet_agent: false}')
  printf %s "$body" >"droplet-$1.json"
  id=$(api POST /v2/droplets "@droplet-$1.json" | jq -r .droplet.id)
  until api GET "/v2/droplets/$id" >"found-$1.json" && [ "$(jq -r .droplet.status "found-$1.json")" = active ]; do sleep 0.2; done
  echo "$id" >"droplet-$1.id"
  jq -r '.droplet.networks.v4[] | select(.type == "private") | .ip_address' "found-$1.json" >"private-$1"
}
record() { # TYPE ADDRESS
  api POST "/v2/domains/$DOMAIN/records" "{\"type\": \"$1\", \"name\": \"wiki\", \"data\": \"$2\", \"ttl\": 60}" >/dev/null
}
address() {
  api POST /v2/reserved_ips "{\"droplet_id\": $(cat droplet-bastion.id)}" | jq -r .reserved_ip.ip >address
  record A "$(cat address)"
}

droplet bastion bastion true true &
bastion=$!
droplet wiki server false false &
wiki=$!
wait_for $bastion
record AAAA "$(jq -r '.droplet.networks.v6[] | select(.type == "public") | .ip_address' found-bastion.json)" &
records=$!
address
wait_for $wiki

# --- on the machines, each through one connection
{
  printf 'bastion-peer %s\n' "$(cat bastion-host.pub)"
  printf 'wiki-peer %s\n' "$(cat wiki-host.pub)"
} >known_hosts
common="-F none -i key -o IdentitiesOnly=yes -o UserKnownHostsFile=known_hosts -o StrictHostKeyChecking=yes -o ConnectTimeout=5 -o BatchMode=yes -o LogLevel=ERROR"
on_bastion() { ssh $common -o ControlMaster=auto -o ControlPath="$WORK/control-bastion" -o ControlPersist=60 -o HostKeyAlias=bastion-peer "root@$(cat address)" "$@"; }
on_wiki() {
  ssh $common -o ControlMaster=auto -o ControlPath="$WORK/control-wiki" -o ControlPersist=60 -o HostKeyAlias=wiki-peer \
    -o ProxyCommand="ssh $common -o ControlPath=$WORK/control-bastion -o HostKeyAlias=bastion-peer -W %h:%p root@$(cat address)" "root@$(cat private-wiki)" "$@"
}
fresh_bastion() { ssh $common -o HostKeyAlias=bastion-peer "root@$(cat address)" true; }
fresh_wiki() {
  ssh $common -o HostKeyAlias=wiki-peer \
    -o ProxyCommand="ssh $common -o HostKeyAlias=bastion-peer -W %h:%p root@$(cat address)" "root@$(cat private-wiki)" true
}
patiently() { for _ in $(seq 300); do "$@" </dev/null && return; sleep 0.2; done 2>/dev/null; return 1; }
# The addresses in the prepared texts stand for those that are known only now.
filled() { sed -e "s/192\.0\.2\.11/$(cat private-bastion)/g" -e "s/192\.0\.2\.12/$(cat private-wiki)/g" "$1"; }
firewall() { # PART
  filled "firewall-$1.sh" | "on_$1" bash -s && "fresh_$1" && "on_$1" bash -s <firewall-confirm.sh
}
on_the_bastion() {
  filled egress.sh | on_bastion bash -s
  touch egress.done
  firewall bastion &
  local rules=$!
  filled ingress.sh | on_bastion bash -s
  wait_for $rules
}
on_the_wiki() {
  patiently on_wiki true
  until [ -e egress.done ]; do sleep 0.1; done
  filled uplink.sh | on_wiki bash -s
  firewall wiki &
  local rules=$! step
  for step in packages files setup services health; do filled "software-$step.sh" | on_wiki bash -s; done
  wait_for $rules
}
patiently on_bastion true
on_the_bastion &
bastion=$!
on_the_wiki &
wiki=$!
wait_for $bastion $wiki $records
# The shared connections are closed; one that went with the other is closed already.
for part in wiki bastion; do "on_$part" -O exit 2>/dev/null || :; done
