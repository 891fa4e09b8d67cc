// Simulates a power cut for a program under test: only the synced state of its databases is left. (A kill
// alone loses nothing that was written, since the system has it.)
//
//   PowerCut power(folder, environment);   // before the program starts: extends its environment
//   power.on();                            // before each start
//   ... program.signal(SIGKILL) ... wait ...
//   power.cut();                           // its files are as of their last fsync
//
// How: a library that is loaded before the C library copies each file in the folder with ".db" in its name
// after each fsync (power_cut_preload.cpp). So a cut leaves the least that a disk may leave: nothing written
// after the fsync. (A real disk may also keep some later writes; SQLite detects them by checksums.) Not with
// sanitizers, which must be the first library. Threads: owner thread only.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace vigia::testing {

class PowerCut {
 public:
  PowerCut(std::filesystem::path folder, const std::string& library,
           std::map<std::string, std::string>& environment)
      : folder_(std::move(folder)) {
    environment["LD_PRELOAD"] = library;
    environment["VIGIA_POWER_CUT"] = std::filesystem::canonical(folder_).string();
  }

  // Declares the present files as synced.
  void on() const {
    for (const auto& file : files(kSynced)) std::filesystem::remove(file);
    for (const auto& file : files("")) {
      if (!file.string().ends_with("-shm")) std::filesystem::copy_file(file, file.string() + kSynced);
    }
  }
  void cut() const {
    for (const auto& file : files("")) std::filesystem::remove(file);
    for (const auto& file : files(kSynced)) {
      std::filesystem::path before = file;
      std::filesystem::rename(file, before.replace_extension());
    }
  }

 private:
  static constexpr const char* kSynced = ".synced";

  // Databases and their logs, or, with an ending, their copies. Not the logs' indexes, which are only shared
  // memory, and not the rollback journal of a new file: it was deleted long before, and later syncs made that
  // deletion durable.
  [[nodiscard]] std::vector<std::filesystem::path> files(const std::string& ending) const {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      const std::string name = entry.path().filename().string();
      for (const char* const kind : {".db", ".db-wal", ".db-shm"}) {
        if (name.ends_with(kind + ending)) found.push_back(entry.path());
      }
    }
    return found;
  }

  const std::filesystem::path folder_;
};

}  // namespace vigia::testing
