#!/bin/sh
# What one should know of a repository before changing it. Reads only.
set -eu

usage() {
  cat <<'END'
usage: sh survey.sh [PATH]           branch, changes, languages, builds and tests, rules, recent commits
       sh survey.sh [PATH] --diff    uncommitted changes, with marks that a reviewer would stumble over
Exit code: 0, or 2 when PATH is no repository; with --diff 1 when there are such marks.
END
}

path=. want=survey
for argument in "$@"; do
  case $argument in
    --help | -h) usage; exit 0 ;;
    --diff) want=diff ;;
    -*) usage >&2; exit 2 ;;
    *) path=$argument ;;
  esac
done
root=$(git -C "$path" rev-parse --show-toplevel 2>/dev/null) || { echo "survey: $path is in no git repository" >&2; exit 2; }
cd "$root"
has_commits=yes
git rev-parse -q --verify HEAD >/dev/null || has_commits=no

if [ "$want" = diff ]; then
  base=HEAD
  [ "$has_commits" = yes ] || base=$(git hash-object -t tree /dev/null)
  git --no-pager diff --stat "$base"
  git ls-files --others --exclude-standard | sed 's/^/ new: /'
  git --no-pager diff "$base" --unified=3
  echo '== marks'
  found=0
  marks='^\+.*(console\.log\(|debugger|dbg!\(|breakpoint\(\)|import pdb|fdescribe\(|\.only\(|FIX''ME|X''XX|<<<<<<<|>>>>>>>)'
  if git --no-pager diff "$base" --unified=0 | grep -nE "$marks"; then found=1; fi
  if ! git --no-pager diff "$base" --check; then found=1; fi
  if git --no-pager diff "$base" --unified=0 |
    grep -nE '^\+.*(BEGIN [A-Z ]*PRIVATE KEY|AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|xox[abp]-[0-9]{8,})'; then
    echo 'survey: a line looks like a secret' >&2
    found=1
  fi
  [ "$found" = 1 ] || echo 'none'
  exit "$found"
fi

echo "== $root"
git --no-pager status --short --branch | head -n 30
echo '== files by kind'
git ls-files | sed -n 's/.*\.\([A-Za-z0-9]\{1,8\}\)$/\1/p' | sort | uniq -c | sort -rn | head -n 12
echo '== builds and tests'
tell() {
  [ ! -e "$1" ] || echo "$1: $2"
}
tell Makefile "$(sed -n 's/^\([A-Za-z][A-Za-z0-9_-]*\):.*/\1/p' Makefile 2>/dev/null | sort -u | head -n 12 | tr '\n' ' ')"
tell package.json "$(sed -n '/"scripts"/,/}/s/^ *"\([^"]*\)": *"\([^"]*\)".*/\1 (\2)/p' package.json 2>/dev/null | head -n 12 | tr '\n' ';')"
tell pyproject.toml 'Python; tests usually with pytest'
tell tox.ini 'tox'
tell Cargo.toml 'cargo test, cargo clippy, cargo fmt --check'
tell go.mod 'go test ./..., go vet ./...'
tell CMakeLists.txt 'cmake -B build, cmake --build build, ctest --test-dir build'
tell meson.build 'meson setup build, meson test -C build'
tell pom.xml 'mvn test'
tell build.gradle 'gradle test'
tell build.gradle.kts 'gradle test'
tell mix.exs 'mix test'
tell Gemfile 'bundle exec rake'
tell .pre-commit-config.yaml 'pre-commit run --all-files'
git ls-files '.github/workflows/*' .gitlab-ci.yml '.ci/*' Jenkinsfile | sed 's/^/CI: /' | head -n 12
echo '== rules'
git ls-files 'AGENTS.md' 'CLAUDE.md' 'CONTRIBUTING*' 'docs/CONTRIBUTING*' '.editorconfig' 'CODEOWNERS' '.github/CODEOWNERS' | head -n 12
echo '== tests'
git ls-files | grep -E '(^|/)(tests?|spec|__tests__)/|[._-](test|spec)\.[a-z]+$|_test\.[a-z]+$' | sed 's|/[^/]*$||' | sort | uniq -c | sort -rn | head -n 12 || true
echo '== recent commits'
[ "$has_commits" = no ] || git --no-pager log -n 10 --format='%h %as %an: %s'
