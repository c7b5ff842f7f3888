#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "tools/chela/commands.hpp"
#include "tools/chela/output.hpp"

namespace chela::cli {
namespace {

// The words that may follow a command: its subcommands and long options.
std::string words_of(const CLI::App& command) {
  std::string out;
  for (const auto* sub : command.get_subcommands({})) out += (out.empty() ? "" : " ") + sub->get_name();
  for (const auto* option : command.get_options()) {
    for (const auto& name : option->get_lnames()) out += (out.empty() ? "--" : " --") + name;
  }
  return out;
}

// A line of `case` for each command and each subcommand.
std::string cases_of(const CLI::App& program) {
  std::string out;
  for (const auto* command : program.get_subcommands({})) {
    out += fmt::format("    \"{}\") words=\"{}\" ;;\n", command->get_name(), words_of(*command));
    for (const auto* sub : command->get_subcommands({})) {
      out += fmt::format("    \"{} {}\") words=\"{}\" ;;\n", command->get_name(), sub->get_name(), words_of(*sub));
    }
  }
  return out;
}

std::string bash_script(const CLI::App& program) {
  return "# bash completion for chela; load it with: source <(chela completion bash)\n"
         "_chela() {\n"
         "  local current=\"${COMP_WORDS[COMP_CWORD]}\" path=\"\" words=\"\" word\n"
         "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do [[ $word == -* ]] || path=\"${path:+$path }$word\"; "
         "done\n"
         "  case \"$path\" in\n"
         "    \"\") words=\"" +
         words_of(program) + "\" ;;\n" + cases_of(program) +
         "  esac\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\") $(compgen -f -- \"$current\"))\n"
         "}\n"
         "complete -F _chela chela\n";
}

std::string zsh_script(const CLI::App& program) {
  return "#compdef chela\n# zsh completion for chela; load it with: source <(chela completion zsh)\n"
         "autoload -U +X bashcompinit && bashcompinit\n" + bash_script(program);
}

std::string fish_script(const CLI::App& program) {
  std::string out = "# fish completion for chela; load it with: chela completion fish | source\n";
  for (const auto* command : program.get_subcommands({})) {
    out += fmt::format("complete -c chela -n __fish_use_subcommand -a {} -d '{}'\n", command->get_name(),
                       command->get_description());
    for (const auto* sub : command->get_subcommands({})) {
      out += fmt::format("complete -c chela -n '__fish_seen_subcommand_from {}' -a {} -d '{}'\n", command->get_name(),
                         sub->get_name(), sub->get_description());
    }
  }
  return out;
}

}  // namespace

void add_completion_command(CLI::App& program, int& exit_code) {
  auto shell = std::make_shared<std::string>();
  auto* command = program.add_subcommand("completion", "A completion script for the shell");
  command->add_option("shell", *shell, "For which shell")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->callback([&program, shell, &exit_code] {
    print(*shell == "bash" ? bash_script(program) : *shell == "zsh" ? zsh_script(program) : fish_script(program));
    exit_code = 0;
  });
}

}  // namespace chela::cli
