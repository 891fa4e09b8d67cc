// What the programs share that search pictures and films for faces and print figures: quality_bench,
// face_size_bench, same_person_bench, face_parts. All but run() throw std::runtime_error, whose text is for
// people; run() prints it. Threads: one.
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

// Those of the folder that VIGIA_DATA names; empty where it is not set.
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

// The labels of the file faces.csv in a folder of photographs, by picture: file,left,top,width,height. Lines
// that are none, such as the names of the columns, are passed over.
std::map<std::string, std::vector<domain::Box>> read_labels(const std::filesystem::path& folder);

// Plays a video, or a sim: scene, once, each frame of it, as fast as the sink takes them.
void play(const std::filesystem::path& file, camera::FrameSink& sink, memory::MemoryManager& memory,
          const std::stop_token& stop = {});

// Parses the command line, with the flags of Google Benchmark allowed: './dev bench' gives all programs the
// same. Then starts the log. Returns the exit code if the program is to end here.
std::optional<int> begin(CLI::App& app, int argc, char** argv);

// Calls `measure`, prints what it throws, and stops the log. Returns the exit code.
int run(const CLI::App& app, const std::function<void(memory::MemoryManager&)>& measure);

}  // namespace vigia::trial
