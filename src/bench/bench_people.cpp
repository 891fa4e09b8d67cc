#include "bench/bench_people.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <optional>

#include "base/file.h"
#include "base/mutex.h"
#include "base/worker.h"
#include "bench/people_results.h"
#include "bench/people_scene.h"
#include "bench/pipeline_settings.h"
#include "detect/detect_faces.h"
#include "memory/core_limit.h"

namespace vigia::bench {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

Error wrong(const fs::path& path, const std::string& why) {
  return {ErrorCode::invalid, fmt::format("{}: {}", path.string(), why)};
}

bool is_file(const fs::path& path) {
  std::error_code error;  // a path that cannot be read counts as missing
  return fs::is_regular_file(path, error);
}

bool is_folder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

bool wanted(const PeopleBenchOptions& options, const std::string& name) {
  return options.only.empty() || std::ranges::find(options.only, name) != options.only.end();
}

Result<PeopleJob> film_job(const fs::path& film, const std::string& name) {
  PeopleJob job{.name = name,
                .url = "file:" + film.string(),
                .truth = fs::path(film).replace_extension(".json"),
                .fps = 0,
                .frame = {}};
  if (!is_file(film)) return wrong(film, "there is no such film");
  if (!is_file(job.truth)) return wrong(job.truth, "there is no such file, which says who is in the film");
  return job;
}

// A folder's films in the order of their names; `prefix` tells folders apart.
Status add_folder(const fs::path& folder, const std::string& prefix, const PeopleBenchOptions& options,
                  std::vector<PeopleJob>& jobs) {
  std::vector<fs::path> films;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const fs::path truth = fs::path(entry.path()).replace_extension(".json");
    if (truth == entry.path() || !is_file(truth)) continue;
    if (wanted(options, entry.path().stem())) films.push_back(entry.path());
  }
  if (error) return wrong(folder, error.message());
  std::ranges::sort(films);
  for (const fs::path& film : films) {
    auto job = film_job(film, prefix + film.stem().string());
    if (!job) return job.error();
    jobs.push_back(*std::move(job));
  }
  return ok_status();
}

std::vector<std::string> scenes_of(const PeopleBenchOptions& options) {
  return options.scenes == std::vector<std::string>{"all"} ? all_scenes() : options.scenes;
}

Result<std::vector<PeopleJob>> jobs_of(const PeopleBenchOptions& options) {
  std::vector<PeopleJob> jobs;
  for (const fs::path& films : options.films) {
    const fs::path folder = (films / "").parent_path().filename();  // also of "films/"
    const std::string prefix = options.films.size() > 1 ? folder.string() + "/" : "";
    if (is_folder(films)) {
      if (Status added = add_folder(films, prefix, options, jobs); !added) return added.error();
    } else {
      auto job = film_job(films, films.stem());
      if (!job) return job.error();
      jobs.push_back(*std::move(job));
    }
  }
  for (const std::string& scene : scenes_of(options)) {
    auto url = scene_url(scene, options.people, options.fps, options.seed);
    if (!url) return url.error();
    jobs.push_back({.name = scene, .url = *std::move(url), .truth = {}, .fps = 0, .frame = {}});
  }
  for (const fs::path& faces : options.tracks) {
    if (!is_file(faces)) return wrong(faces, "there is no such file");
    jobs.push_back(
        {.name = faces.stem(), .url = {}, .truth = faces, .fps = options.fps, .frame = options.frame});
  }
  if (jobs.empty()) return Error{ErrorCode::invalid, "there is no such film"};
  return jobs;
}

// Settings of the main job with one camera, read as fast as possible and to its end.
Result<settings::Settings> settings_of(const PeopleBenchOptions& options) {
  PipelineBenchOptions pipeline;
  pipeline.pace = Pace::free;
  pipeline.input = options.input;
  pipeline.precision = options.precision;
  pipeline.model = options.model;
  pipeline.sets = options.sets;
  auto settings =
      pipeline_settings(pipeline, 1, {Clip{.url = "file:film", .size = {}, .codec = {}}}, "bench");
  if (!settings) return settings;
  settings->cameras.front().source.single_pass = true;
  return settings;
}

class PeopleBench {
 public:
  PeopleBench(const settings::Settings& settings, std::vector<PeopleJob> jobs)
      : memory_(settings.memory),
        world_{settings.cameras.front(), settings.detector.min_detection_score, memory_},
        jobs_(std::move(jobs)),
        rows_(jobs_.size()) {
    memory_.start();
  }

  Status make_detectors(const settings::Settings& settings, int workers) {
    detectors_.resize(static_cast<std::size_t>(workers));
    const bool pictures = std::ranges::any_of(jobs_, [](const PeopleJob& job) { return !job.url.empty(); });
    if (!pictures) return ok_status();
    const auto stage = detect::DetectFaces::create(
        settings.detector, detect::ModelPlaces::from_environment(), memory_.budget(),
        detect::DetectFaces::ReportedFaces::weak_too);  // as the main job has it
    if (!stage) return stage.error();
    for (auto& detector : detectors_) {
      auto made = stage->make(settings.detector.input);
      if (!made) return made.error();
      detector = *std::move(made);
    }
    return ok_status();
  }
  [[nodiscard]] std::string detector() const { return detectors_.front() ? detectors_.front()->name() : ""; }

  // Errors: the first; the rows that were finished stay.
  Status run(StopSignals& signals) {
    std::vector<Worker> workers;
    for (auto& detector : detectors_) {
      workers.emplace_back("people",
                           [this, &detector](const std::stop_token& stop) { work(detector.get(), stop); });
    }
    while (!done()) {
      if (!signals.wait_for(50ms)) continue;
      signals.exit_on_next();
      for (Worker& worker : workers) worker.request_stop();
      for (Worker& worker : workers) worker.join();
    }
    for (Worker& worker : workers) worker.join();
    MutexLock lock(mutex_);
    return error_ ? Status(*error_) : ok_status();
  }

  std::vector<PeopleRow> rows() {
    MutexLock lock(mutex_);
    std::vector<PeopleRow> rows;
    for (auto& row : rows_) {
      if (row) rows.push_back(*row);
    }
    return rows;
  }

 private:
  void work(detect::Detector* detector, const std::stop_token& stop) {
    while (const auto index = take_job()) {
      auto row = run_people_job(jobs_[*index], world_, detector, stop);
      MutexLock lock(mutex_);
      if (row) {
        fmt::print(stderr, "{}: {:.1f} s\n", row->name, row->seconds);
        rows_[*index] = *std::move(row);
      } else if (!error_) {
        error_ = row.error();
      }
    }
    MutexLock lock(mutex_);
    ++ended_;
  }
  std::optional<std::size_t> take_job() {
    MutexLock lock(mutex_);
    if (error_ || next_ == jobs_.size()) return std::nullopt;
    return next_++;
  }
  [[nodiscard]] bool done() {
    MutexLock lock(mutex_);
    return ended_ == detectors_.size();
  }

  memory::MemoryManager memory_;
  PeopleWorld world_;
  // Constant once run() has begun.
  const std::vector<PeopleJob> jobs_;
  std::vector<std::unique_ptr<detect::Detector>> detectors_;  // one a worker; nullptr: none is needed

  // State below is protected by mutex_.
  Mutex mutex_;
  std::size_t next_ GUARDED_BY(mutex_) = 0;
  std::size_t ended_ GUARDED_BY(mutex_) = 0;
  std::vector<std::optional<PeopleRow>> rows_ GUARDED_BY(mutex_);
  std::optional<Error> error_ GUARDED_BY(mutex_);
};

int say(const Error& error, int exit_code) {
  fmt::print(stderr, "vigia: {}\n", error.text);
  return exit_code;
}

}  // namespace

std::vector<std::string> problems(const PeopleBenchOptions& options) {
  if (options.films.empty() && options.tracks.empty() && options.scenes.empty()) {
    return {
        "nothing to look at: --films names folders of films, --sim painted scenes, --tracks files of faces"};
  }
  if (options.json) {
    if (const auto why = why_not_writable(*options.json)) return {"--json: " + *why};
  }
  if (const auto jobs = jobs_of(options); !jobs) return {jobs.error().text};
  const auto settings = settings_of(options);
  if (!settings) return {settings.error().text};
  return {};
}

int bench_people(const PeopleBenchOptions& options, StopSignals& signals) {
  auto jobs = jobs_of(options);
  if (!jobs) return say(jobs.error(), 2);
  const auto settings = settings_of(options);
  if (!settings) return say(settings.error(), 2);
  const int workers =
      std::min(options.workers > 0 ? options.workers : memory::core_limit(), static_cast<int>(jobs->size()));
  PeopleBench bench(*settings, *std::move(jobs));
  if (Status made = bench.make_detectors(*settings, workers); !made) return say(made.error(), 2);
  const Status done = bench.run(signals);
  if (!done) fmt::print(stderr, "vigia: {}\n", done.error().text);
  const PeopleResults results{this_machine(), options, bench.detector(), bench.rows()};
  fmt::print("{}", to_text(results));
  if (!options.json) return done ? 0 : 1;
  const Status written = write_file_atomically(*options.json, to_json(results));
  if (!written) return say(written.error(), 1);
  return done ? 0 : 1;
}

}  // namespace vigia::bench
