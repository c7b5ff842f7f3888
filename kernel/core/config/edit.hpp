#pragma once

// Changing one key of a person's file: comments, order and layout of everything else stay.

#include <filesystem>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "kernel/core/base/error.hpp"
#include "kernel/core/config/loader.hpp"
#include "kernel/core/config/path.hpp"

namespace chela::config {

// The text of a file that is about to be changed; empty when there is none yet. Error `denied` for upstream's, which is
// only read. Blocking.
Result<std::string> text_to_edit(const ConfigFile& file);

// `text` with `value` at `path`; objects on the way are made. An empty text counts as `{}`.
Result<std::string> with_value(std::string_view text, const Path& path, const nlohmann::json& value);

// `text` without the member or item at `path`. Error `not_found` when it is not there.
Result<std::string> without_value(std::string_view text, const Path& path);

// Replaces the file in one step, so that a crash leaves the old or the new text. A new file is readable by its owner
// only; an existing one keeps its mode. A symbolic link is followed. Blocking.
Result<void> write_config_file(const std::filesystem::path& file, std::string_view text);

}  // namespace chela::config
