# Words for the hidden blocks of the documentation's pages; test_console.py runs each page after reading this.
#
# In an outcome every line must succeed. A line that begins with `!` never fails there, so `lacks` and `absent` exist.

# own_work [FOLDER]: leave work in a repository that no commit has: a changed, a staged and a new file.
own_work() {
  (
    cd "${1:-.}" || exit
    echo '# Our project' >README.md
    git add README.md && git commit --quiet --message 'Say what this is' README.md
    echo 'a sentence that is not committed' >>README.md
    echo 'staged, not committed' >staged.txt && git add staged.txt
    echo 'half a thought' >notes.txt
    pwd >>"$HOME/own-work"
  )
}

# own_work_is_kept: all that own_work left, in each folder, is as it was. Said of every page at its end.
own_work_is_kept() {
  [ -e "$HOME/own-work" ] || return 0
  local folder
  while read -r folder; do
    holds "$folder/README.md" 'a sentence that is not committed' || return
    holds "$folder/staged.txt" 'staged, not committed' || return
    holds "$folder/notes.txt" 'half a thought' || return
  done <"$HOME/own-work"
}

# own_edit FILE TEXT NEW: replace a text by another one in a file, in place; fails where the file lacks it.
own_edit() {
  holds "$1" "$2" && sed -i.before "s/$2/$3/" "$1" && rm "$1.before"
}

# holds FILE TEXT: the file has the text in one of its lines.
holds() {
  grep -qF -- "$2" "$1" || { echo "$1 lacks: $2"; return 1; }
}

# lacks FILE TEXT: the file is there, and none of its lines has the text.
lacks() {
  [ -f "$1" ] || { echo "$1 is not there"; return 1; }
  if grep -qF -- "$2" "$1"; then
    echo "$1 has: $2"
    return 1
  fi
}

# exists FILE…, absent FILE…: each is there, or none.
exists() {
  local file
  for file; do [ -e "$file" ] || { echo "$file is not there"; return 1; }; done
}

absent() {
  local file
  for file; do [ ! -e "$file" ] || { echo "$file is there"; return 1; }; done
}

# committed PATH…: what is there is what the last commit has, and nothing else.
committed() {
  local changed
  changed=$(git status --porcelain -- "$@") || return
  [ -z "$changed" ] || { echo "not committed: $changed"; return 1; }
}

# at_version VERSION [FOLDER]: the answers file records that version of the template.
at_version() {
  holds "${2:-.}/.copier-answers.scaffold.yml" "_commit: $1"
}

# exits CODE COMMAND…: the command ends with that exit code.
exits() {
  local expected=$1 code=0
  shift
  "$@" || code=$?
  [ "$code" -eq "$expected" ] || { echo "$*: exit code $code, not $expected"; return 1; }
}

# says TEXT COMMAND…: the command, whatever it exits with, prints the text.
says() {
  local text=$1 printed
  shift
  printed=$("$@" 2>&1) || true
  case $printed in *"$text"*) ;; *) printf '%s\nlacks: %s\n' "$printed" "$text"; return 1 ;; esac
}
