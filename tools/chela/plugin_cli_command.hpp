#pragma once

// `chela WORD …` for words that an installed plugin for Node has registered as commands of its own. The plugin runs in a
// process of its own, in the cage of its host process, with the terminal; no gateway is needed.

#include <optional>
#include <string>
#include <vector>

#include <CLI/App.hpp>

#include "tools/chela/installation.hpp"

namespace chela::cli {

struct PluginCommandLine {
  std::vector<std::string> words;  // "memory", or "nodes camera" for one below another word
  std::string description;
  std::string plugin_id;
  std::string why_not;  // it cannot be called; empty: it can
};

// As the plugins registered them when they last ran, by their words. `built_in` are the words that chela keeps.
std::vector<PluginCommandLine> plugin_command_lines(const Installation& installation,
                                                    const std::vector<std::string>& built_in);

// `chela --help` lists them. Nothing is read before it is asked for.
void add_plugin_command_lines(CLI::App& program);

// Runs the one that `arguments` (without the program's name) begin with. Nothing when they begin with an option or with
// a command of chela's own, or when no plugin has such a command.
std::optional<int> run_plugin_command_line(const CLI::App& program, const std::vector<std::string>& arguments);

}  // namespace chela::cli
