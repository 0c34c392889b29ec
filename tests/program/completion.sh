# Completion: the hidden command that the shells' scripts call, and the script for bash.
set -euo pipefail

# candidates WORD...: for the last word, without their meanings.
candidates() { "$TEMPER" __complete -- "$@" | cut -f 1; }
same() { # EXPECTED WORD...
  local found
  found=$(candidates "${@:2}")
  [[ $found == "$1" ]] || { echo "completing ${*:2}: '$found' in place of '$1'"; exit 1; }
}

"$TEMPER" --help | sed -n '/^Subcommands:/,/^$/s/^  \([a-z]*\) .*/\1/p' | sort >commands.txt
test "$(wc -l <commands.txt)" -gt 10
diff commands.txt <(candidates "" | sort)
same $'check\npack' data ""
same pack data p
same "" nonsense ""
"$TEMPER" __complete -- eval --spl | grep -qx -- $'--split\tdata split to evaluate'
same $'test\nvalidation\ntrain' eval run --split ""
same validation eval run --split val
same --split=validation eval run --split=val
same $'lr\naugment\n:files' tune ""
same :files train ""
same :files preview ""
same :files watch ""
same $'evaluation.size=\n:nospace' eval run --set evaluation.si
same :nospace eval run --set epo
same $'margin=\n:nospace' ablate mine.toml --set mar
same $'trials=\n:nospace' tune mine.toml --set tri
same $'base.epochs=\n:nospace' tune mine.toml --set base.epo
same :files preview mine.toml --out ""
same :files predict run ""
same :files predict run one.png --json ""
same :files report --clusters a,b,c ""
same "" train --stop-at ""
same optimizer list opt
same label_smoothing explain label_s
same study explain stud
same $'precision=\n:nospace' train --set prec
same $'precision=auto\nprecision=fp32\nprecision=bf16' train --set precision=
same --set=precision=bf16 train --set=precision=b
same :files train --set data.source=
same $'checkpoint.every_steps=\n:nospace' recipe show mine.toml --set checkpoint.every_s

for shell in bash zsh fish; do
  "$TEMPER" completion $shell | grep -qF -- "__complete -- "
done
# shellcheck source=/dev/null
source <("$TEMPER" completion bash)
compopt() { told+=" $*"; } # bash has one only while it completes

# replies EXPECTED TOLD WORD...: the words as bash splits them, of which it completes the last.
replies() {
  local expected=$1 options=$2
  shift 2
  COMP_WORDS=(temper "$@") COMP_CWORD=$# told=
  _temper "$TEMPER"
  [[ ${COMPREPLY[*]} == "$expected" && $told == "$options" ]] ||
    { echo "completing $*: '${COMPREPLY[*]}' with '$told'; expected '$expected' with '$options'"; exit 1; }
}
replies "check pack" "" data ""
replies --split "" eval --spl
replies precision= " -o nospace" train --set prec
replies "auto fp32 bf16" "" train --set precision =
replies bf16 "" train --set precision = b
replies bf16 "" train --set = precision = b
replies "" " -o default" train pic

# The same in zsh, whose functions that show the candidates print them here.
"$TEMPER" completion zsh >zsh_script
cat >ask.zsh <<'END'
compdef() :
compset() :
_files() print files
_describe() print -r -- ${(Pj: :)2} "${@:3}"
source zsh_script
words=("$@") CURRENT=$#
_temper
END
asked() { # PATTERN WORD...
  local found
  found=$(zsh -f ask.zsh "$TEMPER" "${@:2}")
  # shellcheck disable=SC2053
  [[ $found == $1 ]] || { echo "zsh completing ${*:2}: '$found' in place of '$1'"; exit 1; }
}
asked "--split:data split to evaluate" eval --spl
asked "test validation train" eval run --split ""
asked "precision=:number format *-S " train --set prec
asked "--set=precision=bf16" train --set=precision=b
asked files train pic

# fish completes without a terminal.
answered() { # PATTERN LINE
  local found
  found=$(HOME=$PWD fish --no-config -c "alias temper '$TEMPER'; $("$TEMPER" completion fish)
    complete -C '$2'")
  # shellcheck disable=SC2053
  [[ $found == $1 ]] || { echo "fish completing $2: '$found' in place of '$1'"; exit 1; }
}
touch picture.png
answered $'--split\tdata split to evaluate' "temper eval --spl"
answered $'test\nvalidation\ntrain' "temper eval run --split "
answered $'precision=\tnumber format *' "temper train --set prec"
answered "--set=precision=bf16*" "temper train --set=precision=b"
answered picture.png "temper predict run pict"
