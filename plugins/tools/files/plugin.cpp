// The plugin `files`: reads arguments and configuration, and hands each call to its function.

#include <memory>

#include "chela/json.hpp"
#include "chela/plugin.hpp"
#include "plugins/tools/files/list_files.hpp"
#include "plugins/tools/files/read_file.hpp"
#include "plugins/tools/files/write_file.hpp"

namespace chela::tools::files {

namespace {

constexpr std::uint64_t kLinesMax = 5000;
constexpr std::uint64_t kEntriesMax = 5000;

std::vector<std::string> text_list(JsonReader& config, const std::string& key) {
  const Json list = config.find<Json>(key, Json::array());
  std::vector<std::string> texts;
  for (const Json& text : list) {
    if (!list.is_array() || !text.is_string()) {
      throw Failure(CHELA_INVALID_ARGUMENT, "configuration." + key + ": expected a list of texts");
    }
    texts.push_back(text.get<std::string>());
  }
  return texts;
}

std::uint64_t in_range(JsonReader& arguments, const std::string& key, std::uint64_t otherwise, std::uint64_t max) {
  const auto value = arguments.find<std::uint64_t>(key, otherwise);
  if (value < 1 || value > max) {
    throw Failure(CHELA_INVALID_ARGUMENT, "arguments." + key + ": expected a number from 1 to " + std::to_string(max));
  }
  return value;
}

}  // namespace

// Configured on the loop before any call; the tools run on worker threads, several at once.
class FilesPlugin {
 public:
  explicit FilesPlugin(Host) {}

  void configure(std::string_view json) {
    JsonReader config(json, "configuration");
    rules_.follow_links = config.find<bool>("followLinks", true);
    rules_.cross_mounts = config.find<bool>("crossMounts", false);
    limits_.output_bytes_max = config.find<std::uint64_t>("maxOutputBytes", limits_.output_bytes_max);
    const auto file_bytes_max = config.find<std::uint64_t>("maxFileBytes", 8 * 1024 * 1024);
    const std::vector<std::string> protect = text_list(config, "protect");
    const std::vector<std::string> unprotect = text_list(config, "unprotect");
    config.finish();
    writer_ = std::make_unique<Writer>(ProtectedNames(protect, unprotect), file_bytes_max);
  }

  ToolTable<FilesPlugin> tools() {
    return {{"read_file", &FilesPlugin::read},
            {"list_files", &FilesPlugin::list},
            {"write_file", &FilesPlugin::write},
            {"edit_file", &FilesPlugin::edit}};
  }

 private:
  Workspace open_workspace(const ToolRequest& request) const {
    return Workspace(JsonReader(request.context, "context").find<std::string>("workspace", ""), rules_);
  }

  std::string read(const ToolRequest& request, ToolCall& call) const {
    JsonReader arguments(request.arguments, "arguments");
    ReadRequest wanted;
    wanted.path = arguments.get<std::string>("path");
    wanted.first_line = in_range(arguments, "offset_line", 1, std::uint64_t{1} << 40);
    wanted.max_lines = in_range(arguments, "max_lines", 200, kLinesMax);
    return read_file(open_workspace(request), wanted, limits_, [&] { return call.is_cancelled(); });
  }

  std::string list(const ToolRequest& request, ToolCall& call) const {
    JsonReader arguments(request.arguments, "arguments");
    ListRequest wanted;
    wanted.path = arguments.find<std::string>("path", ".");
    wanted.recursive = arguments.find<bool>("recursive", false);
    wanted.max_entries = in_range(arguments, "max_entries", 200, kEntriesMax);
    return list_files(open_workspace(request), wanted, [&] { return call.is_cancelled(); });
  }

  std::string write(const ToolRequest& request) const {
    JsonReader arguments(request.arguments, "arguments");
    WriteRequest wanted;
    wanted.path = arguments.get<std::string>("path");
    wanted.content = arguments.get<std::string>("content");
    wanted.append = arguments.find<bool>("append", false);
    return writer_->write(open_workspace(request), wanted);
  }

  std::string edit(const ToolRequest& request) const {
    JsonReader arguments(request.arguments, "arguments");
    EditRequest wanted;
    wanted.path = arguments.get<std::string>("path");
    wanted.old_text = arguments.get<std::string>("old_text");
    wanted.new_text = arguments.get<std::string>("new_text");
    wanted.replace_all = arguments.find<bool>("replace_all", false);
    return writer_->edit(open_workspace(request), wanted);
  }

  WorkspaceRules rules_;
  ReadLimits limits_;
  std::unique_ptr<Writer> writer_;
};

}  // namespace chela::tools::files

CHELA_PLUGIN(chela::tools::files::FilesPlugin, "files", "0.1.0")
