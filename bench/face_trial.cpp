#include "face_trial.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "base/log.h"
#include "camera/stream_camera.h"

namespace vigia::trial {

namespace fs = std::filesystem;

DataFiles files_of_data() {
  const char* const data = std::getenv("VIGIA_DATA");
  if (data == nullptr || *data == '\0') return {};
  const fs::path folder = data;
  DataFiles files{.models = folder / "models", .photos = folder / "photos", .clips = {}};
  for (const auto& entry : fs::directory_iterator(folder / "clips")) files.clips.push_back(entry.path());
  std::ranges::sort(files.clips);
  return files;
}

void must(const Status& status) {
  if (!status) throw std::runtime_error(status.error().text);
}

domain::Size size_of(const std::string& text) {
  domain::Size size;
  if (std::sscanf(text.c_str(), "%dx%d", &size.width, &size.height) != 2)  // NOLINT: checked
    throw std::runtime_error(text + ": not a size, WIDTHxHEIGHT");
  return size;
}

std::unique_ptr<detect::Detector> make_detector(const detect::DetectorOptions& options,
                                                const detect::ModelPlaces& places, domain::Size input,
                                                memory::MemoryManager& memory) {
  return must(must(detect::DetectFaces::create(options, places, memory.budget())).make(input));
}

std::map<std::string, std::vector<domain::Box>> read_labels(const fs::path& folder) {
  std::map<std::string, std::vector<domain::Box>> labels;
  std::ifstream in(folder / "faces.csv");
  if (!in) throw std::runtime_error(fmt::format("{}: there is no faces.csv", folder.string()));
  for (std::string line; std::getline(in, line);) {
    std::ranges::replace(line, ',', ' ');
    std::istringstream fields(line);
    std::string name;
    domain::Box box;
    if (fields >> name >> box.left >> box.top >> box.width >> box.height) labels[name].push_back(box);
  }
  return labels;
}

void play(const fs::path& file, camera::FrameSink& sink, memory::MemoryManager& memory,
          const std::stop_token& stop) {
  const bool is_scene = file.string().starts_with("sim:");
  camera::StreamCamera camera({file.filename().string(), (is_scene ? "" : "file:") + file.string(), {}, ""},
                              {.single_pass = true, .play_speed = -1, .disable_drops = true}, memory,
                              system_clock());
  camera.run(stop, sink);
}

std::optional<int> begin(CLI::App& app, int argc, char** argv) {
  app.name(fs::path(argv[0]).filename().string());
  app.allow_extras();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  }
  for (const std::string& word : app.remaining()) {
    if (word.starts_with("--benchmark_")) continue;
    fmt::print(stderr, "{}: no such flag: {}\n", app.get_name(), word);
    return 2;
  }
  return log::start({.level = "warning"}) ? std::nullopt : std::optional(1);
}

int run(const CLI::App& app, const std::function<void(memory::MemoryManager&)>& measure) {
  memory::MemoryManager memory{memory::MemoryOptions{}};
  memory.start();
  int exit_code = 0;
  try {
    measure(memory);
  } catch (const std::exception& problem) {
    fmt::print(stderr, "{}: {}\n", app.get_name(), problem.what());
    exit_code = 1;
  }
  memory.stop();
  log::stop();
  return exit_code;
}

}  // namespace vigia::trial
