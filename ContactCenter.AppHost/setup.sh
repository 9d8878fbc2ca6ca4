# Sourced by ./run, ./test and ./bench: installs what a fresh Debian or Ubuntu machine lacks and says so,
# and decides once whether the official packages or the polyfills provide gRPC and Aspire.

say() { printf '%s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }
took() { printf '  %s (%ss)\n' "$1" "$((SECONDS - ${2:-0}))"; }

require_dotnet() {
  command -v dotnet >/dev/null || fail "The .NET SDK is missing. Install .NET 10 (https://dot.net) and run this again."
  dotnet --version >/dev/null 2>&1 || fail "No .NET SDK that global.json accepts. Install .NET 10 (https://dot.net) and run this again."
  export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
  # Where built programs find the runtime, wherever the SDK was unpacked.
  [ -n "${DOTNET_ROOT:-}" ] || DOTNET_ROOT=$(dirname "$(readlink -f "$(command -v dotnet)")")
  export DOTNET_ROOT
}

# install COMMAND-OR-FILE=PACKAGE... : installs the packages whose command or file is absent.
install() {
  local entry probe package missing=() root=()
  for entry in "$@"; do
    probe=${entry%%=*} package=${entry#*=}
    case $probe in
      */*) compgen -G "$probe" >/dev/null && continue ;;
      *) PATH=$PATH:/usr/sbin:/sbin command -v "$probe" >/dev/null && continue ;;
    esac
    missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  command -v apt-get >/dev/null || fail "Missing: ${missing[*]}. This system has no apt-get: install them, or use a container engine (Backing__Mode=Containers)."
  if ((EUID != 0)); then
    command -v sudo >/dev/null || fail "Missing: ${missing[*]}. Install them as root: apt-get install ${missing[*]}"
    root=(sudo)
  fi
  say "Installing with apt: ${missing[*]}"
  "${root[@]}" bash -s -- "${missing[@]}" <<'ROOT' || fail "apt-get could not install ${missing[*]}; its last lines are above. Check the network and run this again."
set -eu
# Only the programs are wanted: no service is started, no default cluster is created.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"; chmod +x "$policy"
  trap 'rm -f "$policy"' EXIT
fi
mkdir -p /etc/postgresql-common
[ -e /etc/postgresql-common/createcluster.conf ] || echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
apt-get update >"$log" 2>&1 || true
apt-get install -y --no-install-recommends "$@" >>"$log" 2>&1 || { tail -n 20 "$log" >&2; exit 1; }
rm -f "$log"
ROOT
}

install_servers() {
  [ "${Backing__Mode:-}" = External ] && return 0
  [ "${Backing__Mode:-}" = Containers ] && return 0
  if [ -z "${Backing__Mode:-}" ] && command -v docker >/dev/null && timeout 10 docker info >/dev/null 2>&1; then return 0; fi
  install_native_servers
}

install_native_servers() {
  install '/usr/lib/postgresql/*/bin/postgres=postgresql' rabbitmq-server=rabbitmq-server \
    redis-server=redis-server sshd=openssh-server ssh=openssh-client \
    openssl=openssl /usr/lib/python3/dist-packages/aiosmtpd/__init__.py=python3-aiosmtpd
}

# choose_packages [--polyfills|--upstream]: writes .upstream.props, which every build reads.
choose_packages() {
  local grpc aspire
  case ${1:-} in
    --polyfills) grpc=false aspire=false ;;
    --upstream) grpc=true aspire=true ;;
    *)
      [ -e .upstream.props ] && return 0
      say "Looking once whether the official gRPC and Aspire packages restore"
      grpc=$(restores Grpc.AspNetCore Grpc.AspNetCore.HealthChecks Grpc.AspNetCore.Server.Reflection Grpc.StatusProto)
      aspire=$(restores Aspire.Hosting.AppHost Aspire.Hosting.PostgreSQL Aspire.Hosting.RabbitMQ Aspire.Hosting.Redis Aspire.StackExchange.Redis)
      ;;
  esac
  printf '<Project>\n  <PropertyGroup>\n    <UpstreamGrpc>%s</UpstreamGrpc>\n    <UpstreamAspire>%s</UpstreamAspire>\n  </PropertyGroup>\n</Project>\n' "$grpc" "$aspire" >.upstream.props
  say "  gRPC: $(source_of "$grpc"), Aspire: $(source_of "$aspire") (remembered in .upstream.props; --polyfills or --upstream decides otherwise)"
}

source_of() { [ "$1" = true ] && echo "official packages" || echo "src/Polyfills"; }

restores() {
  local folder package
  folder=$(mktemp -d)
  {
    printf '<Project Sdk="Microsoft.NET.Sdk">\n<PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>\n<ItemGroup>\n'
    for package in "$@"; do
      printf '<PackageReference Include="%s" Version="%s" />\n' "$package" \
        "$(sed -n "s/.*<$([[ $package = Aspire.* ]] && echo Aspire || echo Grpc)Version>\(.*\)<.*/\1/p" Directory.Packages.props)"
    done
    printf '</ItemGroup>\n</Project>\n'
  } >"$folder/probe.csproj"
  if timeout 120 dotnet restore "$folder/probe.csproj" >/dev/null 2>&1; then echo true; else echo false; fi
  rm -rf "$folder"
}

# build PROJECT-OR-SOLUTION
build() {
  local begin=$SECONDS log
  say "Building $1"
  log=$(mktemp)
  # One compiler for all projects instead of a new one for each: half the time. It is told to end when the build has, so
  # that it never gains from a profile of its own run, whose making takes a quarter of the time.
  local built=0
  env -u MSBUILDDISABLENODEREUSE DOTNET_TieredPGO=0 dotnet build "$1" -c Release -v q -nologo -clp:NoSummary -nodeReuse:false -p:UseSharedCompilation=true >"$log" 2>&1 || built=$?
  dotnet build-server shutdown --vbcscompiler >/dev/null 2>&1 || true
  if ((built)); then
    grep -E 'error|warning' "$log" | sort -u | head -40 >&2 || tail -n 40 "$log" >&2
    rm -f "$log"
    fail "The build failed; the first errors are above."
  fi
  rm -f "$log"
  took "built" "$begin"
}

# buf and the foreign gRPC clients of the tests, at the versions of tests/package.json. No lock file: the tools ship
# one package per platform, and not every registry has all of them.
install_node_tools() {
  local begin=$SECONDS mark=tests/node_modules/.installed
  cmp -s tests/package.json "$mark" && return 0
  say "Installing the node tools of tests/package.json"
  npm install --prefix tests --no-package-lock --no-audit --no-fund --loglevel=error --ignore-scripts >/dev/null ||
    fail "npm could not install tests/package.json; see above."
  cp tests/package.json "$mark"
  took "installed" "$begin"
}
