#include "bench/bench_pipeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <optional>

#include "base/file.h"
#include "bench/film.h"
#include "bench/pipeline_process.h"
#include "bench/pipeline_results.h"
#include "bench/pipeline_settings.h"
#include "detect/detect_faces.h"
#include "memory/memory_manager.h"
#include "testing/temp_dir.h"

namespace vigia::bench {
namespace {

// The bound takes as long as the run, half of its warm-up and seconds on each side; but not less than what
// --seconds takes.
constexpr double kBoundPart = 0.5;
constexpr double kLeastSeconds = 0.5;

// Model, input and precision, by making a detector of them.
Status try_detector(const settings::Settings& settings) {
  memory::MemoryManager memory(settings.memory);
  const auto stage = detect::DetectFaces::create(settings.detector, detect::ModelPlaces::from_environment(),
                                                 memory.budget());
  if (!stage) return stage.error();
  if (settings.detector.input == domain::Size{}) return ok_status();
  const auto detector = stage->make(settings.detector.input);
  return detector ? ok_status() : Status(detector.error());
}

std::optional<std::string> why_no_people(const PipelineBenchOptions& options) {
  if (!options.people) {
    if (options.busy > 0 || !options.idle.empty()) return "--busy and --idle need --people";
    return std::nullopt;
  }
  if (options.pace == Pace::free) return "--people needs --pace realtime: people are lost for lack of time";
  return std::nullopt;
}

// OverloadRunFigures::input as a size; 0x0: it is none.
domain::Size size_of(const std::string& input) {
  domain::Size size;
  if (std::sscanf(input.c_str(), "%dx%d", &size.width, &size.height) != 2) return {};
  return size;
}

class Bench {
 public:
  Bench(const PipelineBenchOptions& options, std::vector<Clip> clips, StopSignals& signals)
      : signals_(signals), results_{this_machine(), options, std::move(clips), {}, false} {}

  // Before run_all(). Errors: a line for the user.
  Status make_films() {
    PipelineBenchOptions& options = results_.options;
    if (!options.people) return ok_status();
    auto folder = testing::TempDir::make("vigia-films");
    if (!folder) return folder.error();
    folder_.emplace(*std::move(folder));
    auto films = bench::make_films(options, std::ranges::max(options.cameras), folder_->path());
    if (!films) return films.error();
    films_ = *std::move(films);
    results_.clips.clear();
    for (const Film& film : films_.films) results_.clips.push_back(film.clip);
    return ok_status();
  }

  // Errors: why it cannot go on; cancelled: stopped by the user.
  Status run_all() {
    const PipelineBenchOptions& options = results_.options;
    const std::size_t runs = options.cameras.size() * static_cast<std::size_t>(options.repeat);
    for (int round = 1; round <= options.repeat; ++round) {
      for (const int cameras : options.cameras) {
        fmt::print(stderr, "[{}/{}] {} camera{}\n", results_.runs.size() + 1, runs, cameras,
                   cameras == 1 ? "" : "s");
        PipelineRun run{.cameras = cameras, .round = round};
        if (Status done = run_one(run); !done) return done;
        fmt::print("{}", to_text(run, results_));
        std::fflush(stdout);
        results_.runs.push_back(std::move(run));
      }
    }
    return ok_status();
  }
  [[nodiscard]] PipelineResults& results() { return results_; }

 private:
  // What the processes of the runs are told.
  [[nodiscard]] PipelineBenchOptions options_of(int cameras) const {
    PipelineBenchOptions options = results_.options;
    options.cameras = {cameras};
    if (!options.people) return options;
    options.clips.clear();
    for (const Film& film : films_.films) options.clips.push_back(film.clip.url);
    options.busy = options.busy_of(cameras);
    options.idle = films_.empty;
    options.warm_up = 0;
    options.seconds = films_.seconds + kAfterFilm;
    return options;
  }

  Status run_one(PipelineRun& run) {
    PipelineBenchOptions options = options_of(run.cameras);
    const auto settings = pipeline_settings(options, run.cameras, results_.clips, "bench");
    if (!settings) return settings.error();
    options.input = settings->detector.input;  // --set may say it too
    const bool size_is_known = options.input != domain::Size{};
    if (options.bound && size_is_known) {
      options.warm_up *= kBoundPart;
      options.seconds = std::max(kLeastSeconds, options.seconds * kBoundPart);
      if (Status done = measure_bound(options, run.before); !done) return done;
    }
    if (Status done = measure_job(run); !done) return done;
    if (!options.bound || run.why_no_share()) return ok_status();
    if (!size_is_known) options.input = size_of(run.job.overload.input);
    return measure_bound(options, run.after);
  }

  Status measure_job(PipelineRun& run) {
    const auto folder = fresh_folder();
    if (!folder) return folder.error();
    auto line = step(options_of(run.cameras), PipelineStep::job, folder->path());
    if (!line) return line.error();
    auto report = read_job(*line);
    if (!report) return report.error();
    run.job = *std::move(report);
    if (run.job.stopped) return Error{ErrorCode::cancelled, "stopped"};
    if (!results_.options.people) return ok_status();
    auto people = people_delivered(films_, results_.options.busy_of(run.cameras), folder->path() / "faces");
    if (!people) return people.error();
    run.people = *std::move(people);
    return ok_status();
  }

  Status measure_bound(const PipelineBenchOptions& options, std::optional<BoundFigures>& into) {
    const auto folder = fresh_folder();
    if (!folder) return folder.error();
    auto line = step(options, PipelineStep::bound, folder->path());
    if (!line) return line.error();
    auto report = read_bound(*line);
    if (!report) return report.error();
    into = *std::move(report);
    return ok_status();
  }

  // For each step, so that none finds what another left.
  static Result<testing::TempDir> fresh_folder() { return testing::TempDir::make("vigia-bench"); }

  Result<std::string> step(PipelineBenchOptions options, PipelineStep step,
                           const std::filesystem::path& folder) {
    options.child = step;
    options.folder = folder;
    return run_step_in_process(options, signals_);
  }

  StopSignals& signals_;
  Films films_;                             // options.people
  std::optional<testing::TempDir> folder_;  // that recorded ones are in
  PipelineResults results_;
};

}  // namespace

std::vector<std::string> problems(const PipelineBenchOptions& options) {
  if (options.child) return {};  // the parent has checked it
  if (options.clips.empty()) {
    return {"--clip is missing: a video that the cameras show, or sim:faces=4 for a painted scene"};
  }
  if (options.json) {
    if (const auto wrong = why_not_writable(*options.json)) return {"--json: " + *wrong};
  }
  const auto clips = look_at_clips(options.clips);
  if (!clips) return {clips.error().text};
  if (const auto wrong = why_no_people(options)) return {*wrong};
  PipelineBenchOptions tried = options;
  if (tried.idle.empty()) tried.idle = clips->front().url;  // until that film is recorded
  for (const int cameras : options.cameras) {
    const auto settings = pipeline_settings(tried, cameras, *clips, "bench");
    if (!settings) return {settings.error().text};
    if (cameras != options.cameras.front()) continue;
    if (Status usable = try_detector(*settings); !usable) return {usable.error().text};
  }
  return {};
}

int bench_pipeline(const PipelineBenchOptions& options, StopSignals& signals) {
  if (options.child) return run_step_here(options, signals);
  auto clips = look_at_clips(options.clips);
  if (!clips) {
    fmt::print(stderr, "vigia: {}\n", clips.error().text);
    return 2;
  }
  Bench bench(options, *std::move(clips), signals);
  PipelineResults& results = bench.results();
  if (Status made = bench.make_films(); !made) {
    fmt::print(stderr, "vigia: {}\n", made.error().text);
    return 2;
  }
  fmt::print("{}", describe(results));
  std::fflush(stdout);
  Status done = bench.run_all();
  if (!done) {
    results.stopped = done.error().code == ErrorCode::cancelled;
    fmt::print(stderr, "vigia: {}\n", done.error().text);
  }
  if (results.runs.size() > 1) fmt::print("{}", to_table(results));
  if (!options.json) return done ? 0 : 1;
  const Status written = write_file_atomically(*options.json, to_json(results));
  if (!written) fmt::print(stderr, "vigia: {}\n", written.error().text);
  return done && written ? 0 : 1;
}

}  // namespace vigia::bench
