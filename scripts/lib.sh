# shellcheck shell=bash
# What the scripts beside this file share: messages, what Unroll needs, and where its data lies.
# Sourced, not run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export root

say() { printf '%s\n' "$*"; }

complain() { printf '%s\n' "$*" >&2; }

die() {
  complain "${0##*/}: $*"
  exit 1
}

# Prints the comment block at the top of the script that was started.
show_help() { awk 'NR > 1 { if (!/^#/) exit; sub(/^# ?/, ""); print }' "$0"; }

# step COMMAND-WORDS... under a heading; says how long it took.
step() {
  local title=$1 started=$SECONDS
  shift
  say "==> $title"
  "$@"
  say "==> $title: $((SECONDS - started)) s"
}

is_root() { [[ $(id -u) -eq 0 ]]; }

is_mac() { [[ $(uname -s) == Darwin ]]; }

has() { command -v "$1" >/dev/null 2>&1; }

quiet_apt() { DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@" </dev/null; }

# ---- the data folder

# Where the default data lies; the program looks in the same place when nothing else is said.
data_folder() {
  local home=~
  say "${UNROLL_DATA_DEFAULT:-${XDG_CACHE_HOME:-$home/.cache}/unroll}"
}

# Lets the program and its tests find the default data; a folder chosen by the user stays chosen.
use_default_data() {
  "$root/scripts/data"
  UNROLL_DATA=${UNROLL_DATA:-$(data_folder)}
  export UNROLL_DATA
}

# ---- what is needed

# One line each: Debian and Ubuntu package | Homebrew formula | what it is | how to see that it is there
needs() {
  cat <<'LIST'
libfftw3-dev|fftw|FFTW|links fftw3.h fftw3f fftwf_execute
libgsl-dev|gsl|the GNU Scientific Library|links gsl/gsl_cdf.h gsl gsl_cdf_tdist_P openblas
libopenblas-dev|openblas|OpenBLAS|links cblas.h openblas openblas_set_num_threads
gnuplot-nox|gnuplot|gnuplot|has gnuplot
cmark-gfm|cmark-gfm|cmark-gfm|has cmark-gfm
LIST
}

# beside_swift NAME: the program of that name that Swift brings along, or any other.
beside_swift() {
  local swift
  if swift=$(command -v swift); then
    swift=$(readlink -f "$swift" 2>/dev/null || say "$swift")
    if [[ -x ${swift%/*}/$1 ]]; then
      say "${swift%/*}/$1"
      return
    fi
  fi
  command -v "$1"
}

c_compiler() { beside_swift clang || command -v cc; }

# links HEADER LIBRARY SYMBOL [LIBRARY...]: does a program that uses them compile and link?
links() {
  local header=$1 symbol=$3 compiler library
  local libraries=("-l$2")
  for library in "${@:4}"; do libraries+=("-l$library"); done
  compiler=$(c_compiler) || return 1
  printf '#include <%s>\nint main(void) { return (void *)&%s == 0; }\n' "$header" "$symbol" \
    | "$compiler" -w -x c - -o /dev/null "${libraries[@]}" -lm >/dev/null 2>&1
}

# The lines of `needs` that are not met.
missing() {
  local line probe
  while IFS= read -r line; do
    read -ra probe <<<"${line##*|}"
    "${probe[@]}" </dev/null || say "$line"
  done < <(needs)
}

# field N LINES: one field of such lines, joined by spaces.
field() { cut -d '|' -f "$1" <<<"$2" | paste -sd ' ' -; }

names() { cut -d '|' -f 3 <<<"$1" | paste -sd ';' - | sed 's/;/; /g'; }

# Homebrew keeps headers and libraries where compilers do not look by themselves.
use_homebrew() {
  local formula prefix
  has brew || return 0
  for formula in fftw gsl openblas; do
    prefix=$(brew --prefix "$formula" 2>/dev/null) || continue
    export CPATH=$prefix/include${CPATH:+:$CPATH}
    export LIBRARY_PATH=$prefix/lib${LIBRARY_PATH:+:$LIBRARY_PATH}
  done
}

require_swift() {
  has swift || die "Swift 6.2 or newer is missing; get it from https://www.swift.org/install and put \`swift\` on the PATH."
}

# Installs what is missing where that needs no question, or says the one command that does it.
# Touches no package manager when nothing is missing.
install_missing() {
  local absent
  if is_mac; then use_homebrew; fi
  require_swift
  absent=$(missing)
  if [[ -z $absent ]]; then return; fi

  if is_mac; then
    complain "Missing: $(names "$absent"). macOS is untested; this should install it:"
    complain "  brew install $(field 2 "$absent")"
    exit 1
  elif ! has apt-get; then
    die "missing: $(names "$absent"). Install these with their headers by your package manager (on Debian: $(field 1 "$absent"))."
  elif ! is_root; then
    complain "Missing: $(names "$absent"). Install it with this command, then start again:"
    complain "  sudo apt-get install -y $(field 1 "$absent")"
    exit 1
  fi

  local packages
  read -ra packages <<<"$(field 1 "$absent")"
  say "Installing ${packages[*]}"
  quiet_apt update || die "apt-get update failed; is there a network?"
  quiet_apt install -y --no-install-recommends "${packages[@]}" || die "apt-get could not install ${packages[*]}."
  absent=$(missing)
  [[ -z $absent ]] || die "installed, but not found by the C compiler: $(names "$absent")."
}
