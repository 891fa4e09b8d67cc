// Shared by the programs that search pictures and films for faces and print figures: quality_bench,
// face_size_bench, same_person_bench, face_parts. All but run() throw std::runtime_error with a text for
// people, which run() prints.
// Threads: one thread only.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "camera/frame_sink.h"
#include "detect/detect_faces.h"
#include "memory/memory_manager.h"

namespace CLI {
class App;
}

namespace vigia::trial {

// The test data in the folder that VIGIA_DATA names; all empty if it is not set.
struct DataFiles {
  std::filesystem::path models, photos;
  std::vector<std::filesystem::path> clips;
};
DataFiles files_of_data();

void must(const Status& status);
template <class T>
T must(Result<T> result) {
  if (!result) must(Status(result.error()));
  return *std::move(result);
}

domain::Size size_of(const std::string& text);  // "640x384"

std::unique_ptr<detect::Detector> make_detector(const detect::DetectorOptions& options,
                                                const detect::ModelPlaces& places, domain::Size input,
                                                memory::MemoryManager& memory);

// The labels in the file faces.csv of a folder of photographs, by picture: file,left,top,width,height. Other
// lines, such as the names of the columns, are skipped.
std::map<std::string, std::vector<domain::Box>> read_labels(const std::filesystem::path& folder);

// Plays every frame of a video or of a sim: scene once, as fast as the sink takes them.
void play(const std::filesystem::path& file, camera::FrameSink& sink, memory::MemoryManager& memory,
          const std::stop_token& stop = {});

// Parses the command line and starts the log. Flags of Google Benchmark are allowed, since './dev bench'
// gives all programs the same flags. Returns the exit code if the program is to end here.
std::optional<int> begin(CLI::App& app, int argc, char** argv);

// Calls `measure`, prints what it throws, and stops the log. Returns the exit code.
int run(const CLI::App& app, const std::function<void(memory::MemoryManager&)>& measure);

}  // namespace vigia::trial
