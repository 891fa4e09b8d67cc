// For this folder's tests: settings files in a folder of their own, and lines without that folder's name.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "settings/load.h"
#include "testing/temp_dir.h"

namespace vigia::settings {

class SettingsTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path path(const std::string& name) const { return folder_ / name; }

  // Private to its owner, as a file with secrets should be.
  std::filesystem::path write(const std::string& name, const std::string& text, mode_t mode = 0600) {
    std::ofstream(path(name), std::ios::binary) << text;
    ::chmod(path(name).c_str(), mode);
    return path(name);
  }

  LoadOutcome load_text(const std::string& text, std::map<std::string, std::string> environment = {},
                        std::vector<std::string> sets = {}) {
    return load_file("vigia.yaml", text, std::move(environment), std::move(sets));
  }
  LoadOutcome load_file(const std::string& name, const std::string& text,
                        std::map<std::string, std::string> environment = {},
                        std::vector<std::string> sets = {}) {
    LoadOutcome outcome = load({write(name, text), std::move(environment), std::move(sets)});
    for (auto* lines : {&outcome.errors, &outcome.warnings}) {
      for (std::string& line : *lines) line = without_folder(line);
    }
    return outcome;
  }

  [[nodiscard]] std::string without_folder(std::string line) const {
    const std::string prefix = folder_.string() + "/";
    for (std::size_t at = line.find(prefix); at != std::string::npos; at = line.find(prefix)) {
      line.erase(at, prefix.size());
    }
    return line;
  }

 private:
  const testing::TempDir dir_;
  const std::filesystem::path& folder_ = dir_.path();
};

}  // namespace vigia::settings
