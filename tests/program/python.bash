# For tests that need a Python with packages. To be sourced.

# need_modules PYTHON VARIABLE NAMES MODULE...: skips the test unless that Python has these modules. VARIABLE is what names
# another one, NAMES is how people call the packages.
need_modules() {
  local python=$1 variable=$2 names=$3
  shift 3
  "$python" -c "import $(IFS=, && echo "$*")" 2>reason.txt && return
  echo "skipped: $python has no $names; name one that has in $variable ($(tail -1 reason.txt))"
  exit 77
}
