// Does a camera that hibernates lose anybody, and what does it save?
//
//   ./dev bench hibernation -- --cameras 32 --people 100
//   build/bench/hibernation_bench --cameras 8 --people 24 --key 10
//
// Painted films (sim:scene=passing): a minute without anybody, then people who are in view for 0.4 to 3 s, at
// random moments. x264 encodes each film with key frames --key seconds apart (2 and 10, one after the other).
// An RTSP server, a program of its own, plays them in real time, and `vigia run` watches: once with
// hibernation off, once with it on. Cameras share --films films, of other people each; all begin theirs at
// its beginning.
//
// Whom it lost is told by the films' scripts: a post is somebody's if its face lies on theirs at that moment.
// cores: CPU seconds of the whole program by the time that it ran. undecoded: the share of pictures that were
// not decoded. delay: from a face's time of capture until its post is in the folder, which includes the
// seconds that a track waits for its person to come back.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/histogram.h"
#include "bench/people_figures.h"
#include "bench/people_scene.h"
#include "bench/people_truth.h"
#include "sim/painter.h"
#include "sim/play.h"
#include "sim/sim_url.h"
#include "testing/child.h"
#include "testing/temp_dir.h"

namespace {

using namespace vigia;
using namespace std::chrono_literals;

constexpr int kRate = 25;
constexpr int kQuietSeconds = 60;  // in which it learns
constexpr double kCycle = 120;     // seconds of a scene's cycle

struct Options {
  int cameras = 8, people = 24, films = 4;
  std::vector<int> keys{2, 10};
  std::string encoder = "-preset veryfast -crf 23";
  std::string vigia = VIGIA_PROGRAM;
};

[[noreturn]] void fail(const std::string& why) {
  fmt::print(stderr, "hibernation_bench: {}\n", why);
  std::exit(1);
}

// A film that is painted and encoded at the start, and who is in it.
struct Film {
  std::string name, file;
  bench::Truth truth;
};

void write(std::FILE* to, const sim::I420Image& picture) {
  for (const auto* plane : {&picture.y, &picture.u, &picture.v}) {
    if (std::fwrite(plane->data(), 1, plane->size(), to) != plane->size()) fail("ffmpeg takes no picture");
  }
}

sim::SceneOptions scene_options(int people, int seed) {
  auto options =
      sim::parse_sim_url(fmt::format("sim:scene=passing&fps={}&seconds={}&seed={}", kRate, kCycle, seed));
  if (!options) fail(options.error().text);
  options->faces = std::min(people, sim::most_in_play(*options));
  options->cycles = 1;
  return *options;
}

void paint(const sim::SceneOptions& options, double seconds, std::FILE* to) {
  const auto scene = sim::Scene::make(options);
  if (!scene) fail(scene.error().text);
  sim::Painter painter(*scene);
  for (int i = 0; i < seconds * kRate; ++i) write(to, painter.paint(from_seconds(double{1} * i / kRate)));
}

Film make_film(const testing::TempDir& folder, const Options& options, int key, int number) {
  const int people = std::max(1, options.people / options.cameras);
  const sim::SceneOptions scene = scene_options(people, number + 1);
  const double seconds = std::min(kCycle, 6.0 * scene.faces + 8);
  Film film{.name = fmt::format("film{}", number),
            .file = folder / fmt::format("{}_{}.mp4", number, key),
            .truth = {}};
  const std::string command = fmt::format(
      "ffmpeg -v error -y -f rawvideo -pix_fmt yuv420p -s {}x{} -r {} -i - -c:v libx264 {} -g {} -keyint_min "
      "{} "
      "-sc_threshold 0 -bf 0 -pix_fmt yuv420p '{}'",
      scene.size.width, scene.size.height, kRate, options.encoder, key * kRate, key * kRate, film.file);
  std::FILE* const to = ::popen(command.c_str(), "w");
  if (to == nullptr) fail("ffmpeg does not start");
  sim::SceneOptions empty = scene;
  empty.kind = sim::SceneKind::plain;
  empty.faces = 0;
  paint(empty, kQuietSeconds, to);
  paint(scene, seconds, to);
  if (::pclose(to) != 0) fail("ffmpeg fails");
  auto truth = bench::scene_truth(fmt::format("sim:scene=passing&fps={}&seconds={}&seed={}&faces={}&cycles=1",
                                              kRate, kCycle, number + 1, scene.faces));
  if (!truth) fail(truth.error().text);
  film.truth = *std::move(truth);
  film.truth.frames.insert(film.truth.frames.begin(), std::size_t{kQuietSeconds} * kRate, {});
  return film;
}

std::unique_ptr<testing::Child> serve(const std::vector<Film>& films, int& port) {
  std::vector<std::string> arguments{"0"};
  for (const Film& film : films) arguments.push_back(film.name + "=" + film.file);
  auto server = testing::Child::start(
      {.program = RTSP_SERVER_PROGRAM, .arguments = arguments, .environment = testing::own_environment()});
  if (!server) fail(server.error().text);
  std::string text;
  while (text.find('\n') == std::string::npos && (*server)->read(text, 10s)) {
  }
  if (!text.starts_with("listening on ")) fail("the RTSP server does not start");
  port = std::atoi(text.c_str() + 13);
  return *std::move(server);
}

// A line of the folder's events.jsonl.
struct Post {
  std::string camera;
  bench::Delivered shot;
  double delay = 0;  // seconds
};

class Folder {
 public:
  explicit Folder(std::string events) : events_(std::move(events)) {}

  // Reads the lines that have been added.
  void read(std::vector<Post>& posts) {
    std::ifstream file(events_);
    file.seekg(at_);
    for (std::string line; std::getline(file, line) && !file.eof(); at_ = file.tellg())
      posts.push_back(post_of(line));
  }

 private:
  static Post post_of(const std::string& line) {
    const auto json = nlohmann::json::parse(line);
    const auto& face = json.at("face");
    Post post{.camera = json.at("camera"), .shot = {}};
    post.shot.stream_time = from_seconds(json.at("stream_time"));
    post.shot.face = {face.at("left"), face.at("top"), face.at("width"), face.at("height")};
    post.delay = delay_of(json.at("captured"));
    return post;
  }
  static double delay_of(const std::string& captured) {
    const std::string now = format_utc(system_clock().utc_now());
    const auto seconds = [](const std::string& utc) {
      return 3600 * std::stod(utc.substr(11, 2)) + 60 * std::stod(utc.substr(14, 2)) +
             std::stod(utc.substr(17));
    };
    const double delay = seconds(now) - seconds(captured);
    return delay < 0 ? delay + 86400 : delay;
  }

  const std::string events_;
  std::streamoff at_ = 0;
};

struct Outcome {
  std::vector<Post> posts;
  nlohmann::json summary;
};

std::string settings_text(const Options& options, const std::string& folder, int port, bool hibernates) {
  std::string text = "cameras:\n";
  for (int i = 0; i < options.cameras; ++i) {
    text +=
        fmt::format("  - {{name: cam{}, url: \"rtsp://127.0.0.1:{}/film{}\"}}\n", i, port, i % options.films);
  }
  text += fmt::format("defaults: {{hibernation: {}, source_timeout: 5}}\n", hibernates ? "on" : "off");
  return text + fmt::format(
                    "delivery: {{directory: \"{0}/faces\"}}\noutbox: {{path: \"{0}/o.db\"}}\nledger: {{path: "
                    "\"{0}/l.db\"}}\n",
                    folder);
}

Outcome watch(const Options& options, int port, double seconds, bool hibernates) {
  const testing::TempDir folder;
  std::ofstream(folder / "v.yaml") << settings_text(options, folder / "", port, hibernates);
  auto run =
      testing::Child::start({.program = options.vigia,
                             .arguments = {"run", "-c", folder / "v.yaml", "--summary", folder / "s.json"},
                             .environment = testing::own_environment(),
                             .out = folder / "out",
                             .err = folder / "err"});
  if (!run) fail(run.error().text);
  Outcome outcome;
  Folder posts(folder / "faces/events.jsonl");
  for (const SteadyTime end = system_clock().now() + from_seconds(seconds); system_clock().now() < end;) {
    std::this_thread::sleep_for(50ms);
    if ((*run)->exit_status()) fail("vigia has ended: see " + (folder / "err"));
    posts.read(outcome.posts);
  }
  (*run)->stop(30s);
  posts.read(outcome.posts);
  outcome.summary = nlohmann::json::parse(std::ifstream(folder / "s.json"));
  return outcome;
}

void report(const Options& options, const std::vector<Film>& films, int key, bool hibernates,
            const Outcome& outcome) {
  bench::PeopleDelivered all;
  std::string lost;
  for (int i = 0; i < options.cameras; ++i) {
    const std::string name = fmt::format("cam{}", i);
    std::vector<bench::Delivered> shots;
    for (const Post& post : outcome.posts) {
      if (post.camera == name) shots.push_back(post.shot);
    }
    const auto one = score_delivery(films[static_cast<std::size_t>(i % options.films)].truth, shots);
    all.people += one.people;
    all.delivered += one.delivered;
    all.again += one.again;
    all.nobody += one.nobody;
    for (const std::string& who : one.lost) lost += fmt::format(" {}:{}", name, who);
  }
  Histogram delays;
  for (const Post& post : outcome.posts) delays.record(from_seconds(post.delay));
  const auto delay = delays.percentiles(1ms);
  const auto& sums = outcome.summary;
  const double left = sums.at("frames_hibernated"), decoded = sums.at("frames_decoded");
  const double seconds = sums.at("seconds"), cpu = sums.at("cpu_seconds");
  fmt::print("{:>5} {:<4} {:>7} {:>9} {:>5} {:>6} {:>7} {:>7.2f} {:>9.0f}% {:>8.1f} {:>6.1f}{}\n", key,
             hibernates ? "on" : "off", all.people, all.delivered, all.people - all.delivered, all.again,
             all.nobody, cpu / seconds, 100 * left / std::max(1.0, left + decoded), delay.p50 / 1000,
             delay.max / 1000, lost.empty() ? "" : "  lost:" + lost);
  std::fflush(stdout);
}

Options read_options(int argc, char** argv) {
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string flag = argv[i], value = argv[i + 1];
    if (flag == "--cameras") options.cameras = std::max(1, std::atoi(argv[i + 1]));
    if (flag == "--people") options.people = std::max(1, std::atoi(argv[i + 1]));
    if (flag == "--films") options.films = std::max(1, std::atoi(argv[i + 1]));
    if (flag == "--key") options.keys = {std::max(1, std::atoi(argv[i + 1]))};
    if (flag == "--encoder") options.encoder = value;
    if (flag == "--vigia") options.vigia = value;
  }
  options.films = std::min(options.films, options.cameras);
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = read_options(argc, argv);
  const testing::TempDir folder;
  fmt::print("{:>5} {:<4} {:>7} {:>9} {:>5} {:>6} {:>7} {:>7} {:>10} {:>8} {:>6}\n", "key s", "hib.",
             "people", "delivered", "lost", "again", "nobody", "cores", "undecoded", "delay s", "most");
  for (const int key : options.keys) {
    std::vector<Film> films;
    for (int i = 0; i < options.films; ++i) films.push_back(make_film(folder, options, key, i));
    double seconds = 0;
    for (const Film& film : films)
      seconds = std::max(seconds, static_cast<double>(film.truth.frames.size()) / kRate);
    seconds = std::min(seconds, kQuietSeconds + 6.0 * std::max(1, options.people / options.cameras) + 8) + 8;
    for (const bool hibernates : {false, true}) {
      int port = 0;
      const auto server = serve(films, port);
      report(options, films, key, hibernates, watch(options, port, seconds, hibernates));
    }
  }
  return 0;
}
