#pragma once

// Real folders with skills, and offers of what lies in them.

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "kernel/core/loop/loop.hpp"
#include "kernel/runtime/skills/offer.hpp"
#include "tests/fake_clock.hpp"
#include "tests/temporary_directory.hpp"

namespace chela::runtime::skills {

inline void write_file(const std::filesystem::path& path, std::string_view text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

// A loop, a folder, a configuration and an environment, and the skills made of them.
class SkillFolders {
 public:
  explicit SkillFolders(Loop& loop)
      : skills(loop, {.collection = [this] { return collection; },
                      .config = [this]() -> const nlohmann::json& { return config; },
                      .resolve_secret = [](const nlohmann::json& value) { return resolve(value); },
                      .variables = environment,
                      .home = "/people/ada",
                      .warn = [this](const std::string& text) { warnings.push_back(text); }}) {}

  // `head` stands between name, description and the end of the block.
  std::filesystem::path add(const std::string& name, std::string_view head = "", std::string_view body = "Do it.\n") {
    auto folder = root / name;
    write_file(folder / "SKILL.md", "---\nname: " + name + "\ndescription: about " + name + "\n" + std::string(head) +
                                        "---\n" + std::string(body));
    return folder;
  }
  void read() {
    auto next = std::make_shared<Collection>();
    next->version = collection->version + 1;
    next->set = load_skills({{root.path().string(), Source::workspace}}, {});
    for (auto& skill : next->set.skills) {
      if (skill.name == withheld) skill.withheld = "it hides a payload (SKILL.md:4)";
    }
    collection = std::move(next);
  }

  TemporaryDirectory root;
  config::Environment environment;
  nlohmann::json config = nlohmann::json::object();
  std::string withheld;  // the name of one
  std::vector<std::string> warnings;
  std::shared_ptr<const Collection> collection = std::make_shared<Collection>();
  Skills skills;

 private:
  static Result<std::string> resolve(const nlohmann::json& value) {
    if (value.is_string()) return value.get<std::string>();
    if (value.value("id", "") == "KNOWN") return std::string("from-store");
    return fail(ErrorCode::not_found, "no such secret");
  }
};

inline std::vector<std::string> names_of(const Offer& offer) {
  std::vector<std::string> out;
  for (const auto& one : offer.skills) out.push_back(one.skill->name);
  return out;
}

}  // namespace chela::runtime::skills
