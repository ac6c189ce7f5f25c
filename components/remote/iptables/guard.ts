import { baselinePath, baselineTable, bootUnitName, bootUnitPath, ruleFiles, rulesDirectory } from "./boot";
import { builtInChains } from "./rules";
import { lockPath, preamble } from "./scripts";

/** How long new rules are in force without being confirmed. With the time to restore the former ones it stays below 30 s. */
export const windowSeconds = 25;
/** How long a change waits for the one before it. */
export const lockSeconds = 90;

const names = Object.keys(builtInChains).join("|");

/**
 * The process that changes a machine's rules. It belongs to no SSH connection, because the change may end all of them: it
 * puts the new rules in force, and the former ones back unless somebody confirms the new ones, over a new connection, in time.
 *
 * It runs in the folder of its change. It finds there `new.v4` and `new.v6`, `mode` (`rules`, or `baseline` to end with
 * the baseline and no rules of ours), `owner` and `unit`; it tells in `state` how far it is, and reads its orders from the
 * pipe `orders`. The lock is held from the first look to the last word, so that changes come one after the other.
 */
export const guard = `${preamble}
cd "$(dirname "$0")" || exit 1
mode=$(cat mode)
say() { { printf '%s\\n' "$1"; cat 2>/dev/null "\${2:-/dev/null}"; } >state.new; mv -f state.new state; }
tables() {
  nft --stateless list ruleset | awk '/^table /{ ours = $2 ~ /^ip6?$/ && $3 ~ /^(${names})$/; name = $2 " " $3 } ours { print name "\t" $0 }' | sort --stable --field-separator="\t" --key=1,1
}
foreign() { nft list tables | grep -vE '^table (ip6? (${names})|inet ${baselineTable})$'; }
whole() { ( cd ${rulesDirectory} 2>/dev/null && sha256sum --status --strict --check ${ruleFiles.checksum} 2>/dev/null ); }
baseline_stands() { nft list table inet ${baselineTable} >/dev/null 2>&1; }
legacy_tables() { cat "/proc/net/$1_names" 2>/dev/null; }

exec 9>>${lockPath}
flock --timeout ${lockSeconds} 9 || { say busy; exit 1; }
[ $mode = rules ] || cmp --quiet owner ${rulesDirectory}/${ruleFiles.owner} || { say 'not ours'; exit 1; }

# The kernel itself judges the new rules, where they harm nobody: it may refuse what the tools take.
for family in 4 6; do
  [ $family = 4 ] && restore=iptables-nft-restore || restore=ip6tables-nft-restore
  unshare --net $restore <new.v$family 2>reason || { say "refused ipv$family" reason; exit 1; }
done

# How it was. What iptables-save says is only believed when loading it gives the same rules again.
iptables-nft-save >before.v4 2>/dev/null
ip6tables-nft-save >before.v6 2>/dev/null
iptables-legacy-save >before.legacy4 2>/dev/null
ip6tables-legacy-save >before.legacy6 2>/dev/null
foreign | while read -r _ family name; do nft --stateless list table "$family" "$name"; done >before.nft
baseline_stands && touch before.baseline
tables >before.tables
export -f tables
unshare --net bash -c 'iptables-nft-restore <before.v4 && ip6tables-nft-restore <before.v6 && tables' 2>/dev/null | cmp --quiet - before.tables || touch before.doubtful

# Table by table, so that one that can't be restored keeps no other from it; one that was not there was open.
restore_tables() {
  local code=0
  for table in ${Object.keys(builtInChains).join(" ")}; do
    if grep -qx "\\*$table" "$2"; then sed -n "/^\\*$table\$/,/^COMMIT\$/p" "$2"; else open_table "$table"; fi | "$1" || code=1
  done
  return $code
}
clear_legacy() {
  for table in $(legacy_tables ip_tables); do open_table "$table" | iptables-legacy-restore; done
  for table in $(legacy_tables ip6_tables); do open_table "$table" | ip6tables-legacy-restore; done
}
open_table() { printf '*%s\\n%s\\nCOMMIT\\n' "$1" "$(open_chains "$1")"; }
open_chains() {
  case $1 in
${Object.entries(builtInChains)
  .map(([table, chains]) => `    ${table}) printf ':%s ACCEPT\\n' ${chains.join(" ")} ;;`)
  .join("\n")}
  esac
}
clear_foreign() { foreign | while read -r _ family name; do nft delete table "$family" "$name"; done; }

back() {
  local code=0
  if [ -e before.doubtful ] && whole; then
    cp ${rulesDirectory}/${ruleFiles.ipv4} former.v4 && cp ${rulesDirectory}/${ruleFiles.ipv6} former.v6
  else
    cp before.v4 former.v4 && cp before.v6 former.v6
    # Broader than it was, perhaps: the baseline makes up for it.
    [ ! -e before.doubtful ] || ! nft -f ${baselinePath} || touch before.baseline
  fi
  restore_tables iptables-nft-restore former.v4 || code=1
  restore_tables ip6tables-nft-restore former.v6 || code=1
  clear_legacy
  [ ! -s before.legacy4 ] || iptables-legacy-restore <before.legacy4 || code=1
  [ ! -s before.legacy6 ] || ip6tables-legacy-restore <before.legacy6 || code=1
  clear_foreign
  [ ! -s before.nft ] || nft -f before.nft || code=1
  [ -e before.baseline ] || ! baseline_stands || nft delete table inet ${baselineTable} || code=1
  return $code
}

if [ $mode = baseline ]; then nft -f ${baselinePath} 2>reason || { say 'no baseline' reason; exit 1; }; fi
for family in 4 6; do
  [ $family = 4 ] && restore=iptables-nft-restore || restore=ip6tables-nft-restore
  $restore <new.v$family 2>reason || { back 2>>reason; say "refused ipv$family" reason; exit 1; }
done
{ clear_legacy; clear_foreign; } >/dev/null 2>&1
say applied

keep() {
  set -e
  install -d -m 0755 ${rulesDirectory}
  if [ $mode = baseline ]; then
    cd ${rulesDirectory}
    rm -f ${Object.values(ruleFiles).join(" ")}
    return
  fi
  install -m 0600 new.v4 ${rulesDirectory}/${ruleFiles.ipv4}.new
  install -m 0600 new.v6 ${rulesDirectory}/${ruleFiles.ipv6}.new
  install -m 0600 owner ${rulesDirectory}/${ruleFiles.owner}
  cmp --quiet unit ${bootUnitPath} || { install -D -m 0644 unit ${bootUnitPath}; fresh=yes; }
  [ "$(systemctl is-enabled ${bootUnitName} 2>/dev/null)" = enabled ] || systemctl enable --quiet ${bootUnitName}
  [ -z "\${fresh:-}" ] || [ ! -d /run/systemd/system ] || systemctl daemon-reload
  cd ${rulesDirectory}
  # Between these two a boot finds a checksum that does not fit, and takes the baseline.
  mv -f ${ruleFiles.ipv4}.new ${ruleFiles.ipv4}
  mv -f ${ruleFiles.ipv6}.new ${ruleFiles.ipv6}
  sha256sum ${ruleFiles.ipv4} ${ruleFiles.ipv6} >${ruleFiles.checksum}.new
  mv -f ${ruleFiles.checksum}.new ${ruleFiles.checksum}
  sync ${ruleFiles.ipv4} ${ruleFiles.ipv6} ${ruleFiles.checksum} .
}

order=
read -r -t ${windowSeconds} order <>orders
if [ "$order" = confirm ]; then
  # Not as a condition: there, a failing step would not end it.
  ( keep ) >/dev/null 2>reason
  if [ $? = 0 ]; then
    [ $mode = baseline ] || ! baseline_stands || nft delete table inet ${baselineTable} 2>/dev/null
    say confirmed
    exit 0
  fi
  back 2>>reason
  say 'not kept' reason
  exit 1
fi
back 2>reason && say back || say 'not back' reason
`;
