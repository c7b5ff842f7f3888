#pragma once

// A home of its own with a configuration file, and an environment that only the test fills.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "kernel/app/config_spec.hpp"
#include "kernel/app/effective_config.hpp"
#include "tests/temporary_directory.hpp"

namespace chela::app {

class AppTest : public testing::Test {
 protected:
  AppTest() { request.environment = {{"CHELA_HOME", home.path().string()}, {"HOME", home.path().string()}}; }

  void write(std::string_view text) { std::ofstream(home / "chela.json") << text; }

  // What the file says, with the defaults.
  std::shared_ptr<const config::Snapshot> snapshot(std::string_view text) {
    write(text);
    auto loaded = config::load(kernel_spec, request);
    for (const auto& problem : loaded.problems)
      EXPECT_NE(problem.severity, config::Severity::error) << text_of(problem);
    return loaded.snapshot;
  }

  TemporaryDirectory home;
  config::LoadRequest request;
  config::ConfigSpec kernel_spec = kernel_config_spec();
  log::Redactor redactor;
};

}  // namespace chela::app
