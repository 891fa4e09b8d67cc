#include "app/get_model.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <system_error>

#include "base/file.h"
#include "base/log.h"
#include "base/url.h"
#include "detect/model_search.h"
#include "detect/published_models.h"
#include "http/download.h"

namespace vigia::app {
namespace {

namespace fs = std::filesystem;

constexpr Bytes kFileMax = 16_MiB;

template <class... Words>
void say(fmt::format_string<Words...> format, Words&&... words) {
  fmt::print(stderr, format, std::forward<Words>(words)...);
  fmt::print(stderr, "\n");
}

// On a terminal a number counts up; elsewhere nothing is shown: 0.3 MB arrive soon.
class DownloadProgress {
 public:
  ~DownloadProgress() {
    if (shown_ >= 0) fmt::print(stderr, "\n");
  }
  void show(Bytes so_far, Bytes all) {
    const int percent = all > 0 ? static_cast<int>(100 * so_far / all) : 0;
    if (percent == shown_ || all <= 0 || ::isatty(STDERR_FILENO) == 0) return;
    shown_ = percent;
    fmt::print(stderr, "\r  {:3} % of {}", percent, format_bytes(all));
  }

 private:
  int shown_ = -1;
};

Result<std::string> fetch(const std::string& url, double within) {
  say("getting {}", redact(url));
  DownloadProgress progress;
  return http::download(url, {.within = from_seconds(within),
                              .at_most = kFileMax,
                              .progress = [&](Bytes so_far, Bytes all) { progress.show(so_far, all); }});
}

std::string url_of(const detect::PublishedModel& model) {
  const char* mirror = std::getenv("VIGIA_MODEL_URL");
  if (mirror == nullptr || *mirror == '\0') return std::string(model.url);
  const std::string_view folder(mirror);
  return fmt::format("{}/{}", folder.substr(0, folder.find_last_not_of('/') + 1), model.file);
}

void say_what_helps(const detect::PublishedModel& model, const std::string& why) {
  say("The model could not be fetched: {}", why);
  say("Without it Vigia still runs, with vigia_n, which is built in and finds fewer faces. To fix it, do one "
      "of:");
  say("  - on a machine with network, get {},", model.url);
  say("    bring it here, and run: vigia model {} --from FILE (from a checkout: ./dev model)", model.letter);
  say("  - name another source: vigia model {} --from https://mirror.example/{}", model.letter, model.file);
}

Status keep(const fs::path& file, const std::string& content) {
  std::error_code failed;
  fs::create_directories(file.parent_path(), failed);
  if (failed) {
    return Error{ErrorCode::io, fmt::format("{}: {}", file.parent_path().string(), failed.message())};
  }
  return write_file_atomically(file, content);
}

bool is_there(const fs::path& file, std::string_view sha256) {
  const auto content = read_file(file, kFileMax);
  return content && http::sha256(*content) == sha256;
}

}  // namespace

int get_model(const settings::ModelOptions& options) {
  if (options.if_none) {
    const auto found = detect::find_model("auto", detect::ModelPlaces::from_environment());
    if (found && !found->is_built_in()) return 0;
  }
  const auto& model = *std::ranges::find(detect::kPublished, options.letter, &detect::PublishedModel::letter);
  const fs::path file = detect::ModelPlaces::from_environment().models.front() / model.file;
  if (is_there(file, model.sha256)) {
    say("The model is there already, and it is the right one: {}", file.string());
    return 0;
  }
  const bool by_hand = !options.from.empty() && !split_url(options.from).has_host;
  const std::string from = options.from.empty() ? url_of(model) : options.from;
  const auto content = by_hand ? read_file(from, kFileMax) : fetch(from, options.within);
  if (!content) {
    by_hand ? say("{}", content.error().text) : say_what_helps(model, content.error().text);
    return 1;
  }
  if (const std::string found = http::sha256(*content); found != model.sha256) {
    say("Not kept: {} is not the published {}.\n  sha256 expected {}\n  sha256 found    {}",
        split_url(from).has_host ? redact(from) : from, model.file, model.sha256, found);
    return 1;
  }
  if (const Status kept = keep(file, *content); !kept) {
    say("{}", kept.error().text);
    return 1;
  }
  say("The model is in place: {}", file.string());
  return 0;
}

}  // namespace vigia::app
