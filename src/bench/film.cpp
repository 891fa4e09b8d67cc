#include "bench/film.h"

extern "C" {
#include <libavformat/avformat.h>
}

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "bench/people_scene.h"
#include "camera/av_handles.h"
#include "sim/sim_source.h"
#include "sim/sim_url.h"

namespace vigia::bench {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

Error wrong(const std::string& name, const std::string& why) {
  return {ErrorCode::invalid, fmt::format("--clip: {}: {}", name, why)};
}

// An MP4 file that is being written.
class Recording {
 public:
  Recording() = default;
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;
  ~Recording() {
    if (context_ == nullptr) return;
    avio_closep(&context_->pb);
    avformat_free_context(context_);
  }

  Status begin(const fs::path& path, const AVCodecParameters& codec, AVRational time_base) {
    int code = avformat_alloc_output_context2(&context_, nullptr, "mp4", path.c_str());
    if (code >= 0) code = avio_open(&context_->pb, path.c_str(), AVIO_FLAG_WRITE);
    AVStream* const stream = code >= 0 ? avformat_new_stream(context_, nullptr) : nullptr;
    if (code >= 0 && stream == nullptr) code = AVERROR(ENOMEM);
    if (code >= 0) code = avcodec_parameters_copy(stream->codecpar, &codec);
    if (code >= 0) stream->time_base = time_base_ = time_base;
    if (code >= 0) code = avformat_write_header(context_, nullptr);
    return status_of(code);
  }
  Status add(AVPacket& packet) {
    packet.stream_index = 0;
    av_packet_rescale_ts(&packet, time_base_, context_->streams[0]->time_base);
    return status_of(av_write_frame(context_, &packet));
  }
  Status end() { return status_of(av_write_trailer(context_)); }

 private:
  static Status status_of(int code) {
    return code >= 0 ? ok_status() : Status(Error{ErrorCode::io, camera::av_error_text(code)});
  }

  AVFormatContext* context_ = nullptr;
  AVRational time_base_{1, 1};
};

// url: of a scene with an end.
Status record(const std::string& url, const fs::path& path) {
  const auto source = sim::open_sim(url);
  if (!source) return source.error();
  Recording recording;
  if (Status begun = recording.begin(path, (*source)->codec(), sim::SimSource::time_base()); !begun)
    return begun;
  const camera::AvHandle<AVPacket> packet(av_packet_alloc());
  if (!packet) return Error{ErrorCode::no_memory, "no memory for a packet"};
  for (;;) {
    const Status read = (*source)->read(*packet, {});
    if (!read && read.error().code != ErrorCode::ended) return read;
    if (!read) return recording.end();
    const Status added = recording.add(*packet);
    av_packet_unref(packet.get());
    if (!added) return added;
  }
}

bool is_scene(const std::string& clip) {
  return clip.starts_with("sim:");
}

Result<Film> film_of(const std::string& name, const fs::path& recorded) {
  if (!is_scene(name)) {
    auto clip = look_at_clip(name);
    if (!clip) return clip.error();
    auto truth =
        read_film_truth(fs::path(name.substr(name.starts_with("file:") ? 5 : 0)).replace_extension(".json"));
    if (!truth) return truth.error();
    return Film{*std::move(clip), *std::move(truth)};
  }
  const auto options = sim::parse_sim_url(name);
  if (!options) return wrong(name, options.error().text);
  if (options->cycles == 0) return wrong(name, "with --people it needs an end: add &cycles=2");
  auto truth = scene_truth(name);
  if (!truth) return wrong(name, truth.error().text);
  fmt::print(stderr, "recording {}\n", name);
  if (Status done = record(name, recorded); !done) return wrong(name, done.error().text);
  auto clip = look_at_clip(recorded);
  if (!clip) return clip.error();
  return Film{*std::move(clip), *std::move(truth)};
}

// What the cameras show that are not busy: options.idle, or the room of the first scene with nobody in it.
Result<std::string> empty_url(const PipelineBenchOptions& options, const fs::path& recorded) {
  if (!options.idle.empty()) {
    auto clip = look_at_clip(options.idle);
    return clip ? Result<std::string>(clip->url) : clip.error();
  }
  const std::string& scene = options.clips.front();
  if (!is_scene(scene)) {
    return Error{ErrorCode::invalid,
                 "--idle is missing: a clip without anybody, for the cameras that are not busy"};
  }
  const auto of = sim::parse_sim_url(scene);
  if (!of) return wrong(scene, of.error().text);
  const std::string empty = fmt::format("sim:faces=0&size={}x{}&fps={}&seed={}&seconds={}&cycles=1",
                                        of->size.width, of->size.height, of->fps, of->seed, of->seconds);
  if (Status done = record(empty, recorded); !done) return wrong(empty, done.error().text);
  return "file:" + recorded.string();
}

using Shots = std::map<std::string, std::vector<Delivered>>;

Result<Shots> shots_in(const fs::path& faces) {
  Shots shots;
  std::ifstream lines(faces / "events.jsonl");  // missing: no shot was delivered
  for (std::string line; std::getline(lines, line);) {
    try {
      const Json event = Json::parse(line);
      const Json& face = event.at("face");
      shots[event.at("camera")].push_back(
          {from_seconds(event.at("stream_time")),
           {face.at("left"), face.at("top"), face.at("width"), face.at("height")},
           event.at("track")});
    } catch (const Json::exception& error) {
      return Error{ErrorCode::invalid, fmt::format("events.jsonl: {}", error.what())};
    }
  }
  return shots;
}

}  // namespace

Result<Films> make_films(const PipelineBenchOptions& options, int cameras, const fs::path& folder) {
  Films all;
  for (const std::string& name : options.clips) {
    auto film = film_of(name, folder / fmt::format("film{}.mp4", all.films.size() + 1));
    if (!film) return film.error();
    all.seconds = std::max(all.seconds, static_cast<double>(film->truth.frames.size()) / film->truth.fps);
    all.films.push_back(*std::move(film));
  }
  if (options.busy > 0 && options.busy < cameras) {
    auto empty = empty_url(options, folder / "empty.mp4");
    if (!empty) return empty.error();
    all.empty = *std::move(empty);
  }
  return all;
}

Result<PeopleDelivered> people_delivered(const Films& films, int busy, const fs::path& faces) {
  auto shots = shots_in(faces);
  if (!shots) return shots.error();
  PeopleDelivered all;
  for (int i = 0; i < busy; ++i) {
    const std::string name = fmt::format("cam{}", i + 1);
    const Film& film = films.films[static_cast<std::size_t>(i) % films.films.size()];
    PeopleDelivered one = score_delivery(film.truth, (*shots)[name]);
    for (std::string& who : one.lost) who = fmt::format("{} of {}", who, name);
    all.add(one);
    shots->erase(name);
  }
  for (const auto& [camera, others] : *shots) all.nobody += static_cast<int>(others.size());
  return all;
}

}  // namespace vigia::bench
