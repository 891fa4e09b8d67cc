#include "discover/ask_device.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/text.h"
#include "base/url.h"
#include "discover/conversation.h"
#include "discover/plain_text.h"
#include "discover/replies.h"
#include "discover/stream_url.h"

namespace vigia::discover {
namespace {

using std::chrono_literals::operator""s;

constexpr Nanoseconds kWholeDevice = 20s;
constexpr Nanoseconds kEachSource = 3s;
constexpr std::size_t kMostSources = 256;
constexpr std::string_view kStreamSetup =
    "<q:StreamSetup><tt:Stream>RTP-Unicast</tt:Stream><tt:Transport><tt:Protocol>RTSP</tt:Protocol>"
    "</tt:Transport></q:StreamSetup><q:ProfileToken>{}</q:ProfileToken>";

bool is_jpeg(const StreamProfile& profile) {
  return lower(profile.codec).find("jpeg") != std::string::npos;
}

// Of profiles of one size, the one with a codec of video and more pictures first.
bool comes_before(const StreamProfile& a, const StreamProfile& b) {
  if (a.pixels() != b.pixels()) return a.pixels() > b.pixels();
  if (is_jpeg(a) != is_jpeg(b)) return is_jpeg(b);
  return a.fps > b.fps;
}

std::vector<VideoSource> group_by_source(std::vector<StreamProfile> profiles) {
  std::vector<VideoSource> sources;
  for (StreamProfile& profile : profiles) {
    auto found = std::ranges::find(sources, profile.source, &VideoSource::token);
    if (found == sources.end()) {
      if (sources.size() == kMostSources) continue;
      sources.push_back({.token = profile.source});
      found = sources.end() - 1;
    }
    found->profiles.push_back(std::move(profile));
  }
  for (VideoSource& source : sources) std::ranges::stable_sort(source.profiles, comes_before);
  return sources;
}

// In which faces can still be found.
constexpr long long kUsefulPixels = 640 * 360;

// The smallest other one that is useful, else the largest other one; nothing: there is none.
const StreamProfile* sub_of(const VideoSource& source) {
  const StreamProfile& main = source.profiles.front();
  const StreamProfile* found = nullptr;
  for (const StreamProfile& one : source.profiles) {  // the largest first
    if (is_jpeg(one) || one.pixels() == 0 || one.pixels() >= main.pixels()) continue;
    if (found == nullptr || one.pixels() >= kUsefulPixels) found = &one;
  }
  return found;
}

class Interview {
 public:
  Interview(const Lead& lead, const Login& login, http::Http& http, Clock& clock, const std::stop_token& stop)
      : lead_(lead),
        clock_(clock),
        stop_(stop),
        began_(clock.now()),
        talk_(login, http, clock, began_ + kWholeDevice) {
    device_.host = lead.host;
    device_.name = lead.name;
    device_.place = lead.place;
    device_.user = login.user;
  }

  Device run() && {
    using Step = Status (Interview::*)();
    for (const Step step : {&Interview::reach, &Interview::introduce, &Interview::find_media,
                            &Interview::find_profiles, &Interview::find_streams}) {
      if (const Status done = (this->*step)(); !done) {
        device_.failure = done.error();
        break;
      }
    }
    device_.login = talk_.login_kind();
    return std::move(device_);
  }

 private:
  // The first url that answers; else the error of the first one.
  Status reach() {
    std::optional<Error> first;
    std::vector<std::string> urls = lead_.urls;
    for (std::size_t i = 0; i < urls.size(); ++i) {
      const std::string url = urls[i];
      Status answered = greet(url);
      if (answered) return ok_status();
      if (answered.error().code == ErrorCode::cancelled) return answered;
      // Some send http:// to their https://.
      const std::string next = talk_.location();
      const bool same = lower(split_url(next).host) == lower(split_url(url).host);
      if (same && urls.size() < lead_.urls.size() + 1)
        urls.insert(urls.begin() + static_cast<long>(i) + 1, next);
      if (!first) first = answered.error();
    }
    return first.value_or(Error{ErrorCode::not_found, "it has no address"});
  }

  // Sets the device's host, url and clock.
  Status greet(const std::string& url) {
    const UtcTime before = clock_.utc_now();
    const Result<Answer> answer = talk_.ask_openly(url, {kDeviceService, "GetSystemDateAndTime"}, stop_);
    // Whoever answers with a fault is there as well: some ask for a login even for this.
    const bool there =
        answer || answer.error().code == ErrorCode::refused || answer.error().code == ErrorCode::not_found;
    if (!there) return answer.error();
    device_.host = split_url(url).host;
    device_.service = url;
    const auto time = answer ? read_time(answer->content) : std::nullopt;
    if (!time) {
      device_.notes.emplace_back("it does not tell its time: this machine's is used");
      return ok_status();
    }
    const UtcTime middle = before + (clock_.utc_now() - before) / 2;
    device_.clock_ahead = *time - middle;
    talk_.set_clock_ahead(*device_.clock_ahead);
    constexpr auto kWrong = 60s;
    if (std::chrono::abs(*device_.clock_ahead) > kWrong) {
      const double seconds = to_seconds(*device_.clock_ahead);
      device_.notes.push_back(
          fmt::format("its clock is {:.0f} s {}", std::abs(seconds), seconds < 0 ? "behind" : "ahead"));
    }
    return ok_status();
  }

  Status introduce() {
    const Result<Answer> answer = talk_.ask(device_.service, {kDeviceService, "GetDeviceInformation"}, stop_);
    if (answer) device_.information = read_information(answer->content);
    if (answer || !breaks_off(answer.error())) return ok_status();
    return answer.error();
  }

  Status find_media() {
    Result<Answer> answer =
        talk_.ask(device_.service,
                  {kDeviceService, "GetServices", "<q:IncludeCapability>false</q:IncludeCapability>"}, stop_);
    if (answer) services_ = read_services(answer->content);
    if (!answer && breaks_off(answer.error())) return answer.error();
    if (services_.media.empty() && services_.media2.empty()) {  // before ONVIF 2.0
      answer = talk_.ask(device_.service, {kDeviceService, "GetCapabilities", "<q:Category>All</q:Category>"},
                         stop_);
      if (!answer) return answer.error();
      services_ = read_capabilities(answer->content);
    }
    if (!services_.media.empty() || !services_.media2.empty()) return ok_status();
    return Error{ErrorCode::not_found, "it has no media service: it is no camera, or video is switched off"};
  }

  Status find_profiles() {
    std::optional<Error> failed;
    for (const bool media2 : {false, true}) {
      const std::string& xaddr = media2 ? services_.media2 : services_.media;
      if (xaddr.empty()) continue;
      media2_ = media2;
      media_ = reachable(xaddr);
      const Question question =
          media2 ? Question{kMedia2, "GetProfiles", "<q:Type>All</q:Type>"} : Question{kMedia, "GetProfiles"};
      const Result<Answer> answer = talk_.ask(media_, question, stop_);
      if (answer) device_.sources = group_by_source(read_profiles(answer->content));
      if (!device_.sources.empty()) return ok_status();
      if (!answer) failed = answer.error();
    }
    return failed.value_or(Error{ErrorCode::not_found, "it has no profile with video"});
  }

  Status find_streams() {
    const auto more = static_cast<int>(device_.sources.size()) - 1;
    talk_.set_until(began_ + kWholeDevice + more * kEachSource);
    std::optional<Error> failed;
    for (VideoSource& source : device_.sources) {
      Result<Stream> main = find_stream(source.profiles.front());
      if (!main) {
        if (breaks_off(main.error())) return main.error();
        failed = Error{main.error().code, fmt::format("no stream of its video source {}: {}",
                                                      plain(source.token, 40), main.error().text)};
        continue;
      }
      source.main = *std::move(main);
      const StreamProfile* const profile = sub_of(source);
      if (profile == nullptr) continue;
      Result<Stream> sub = find_stream(*profile);
      if (!sub && breaks_off(sub.error())) return sub.error();
      if (sub && sub->url != source.main->url) source.sub = *std::move(sub);
    }
    return failed ? Status(*failed) : ok_status();
  }

  Result<Stream> find_stream(const StreamProfile& profile) {
    const std::string token = escaped(profile.token);
    const Question question =
        media2_
            ? Question{kMedia2, "GetStreamUri",
                       fmt::format("<q:Protocol>RTSP</q:Protocol><q:ProfileToken>{}</q:ProfileToken>", token)}
            : Question{kMedia, "GetStreamUri", fmt::format(kStreamSetup, token)};
    const Result<Answer> answer = talk_.ask(media_, question, stop_);
    if (!answer) return answer.error();
    return stream_of(profile, read_stream_uri(answer->content), device_.host, device_.notes);
  }

  // There is no use in asking anything else.
  static bool breaks_off(const Error& error) {
    return error.code != ErrorCode::invalid && error.code != ErrorCode::not_found;
  }

  // Where a service is reached: at its own port if it names the host that answers, in the same scheme; else
  // at the port that answers, since a device that names another host is behind a NAT, or has an address that
  // it does not know, and one that names https:// has a certificate that nobody can verify.
  [[nodiscard]] std::string reachable(const std::string& xaddr) {
    const UrlParts named = split_url(xaddr), reached = split_url(device_.service);
    const bool usable = lower(named.scheme) == lower(reached.scheme) && !named.has_user;
    if (usable && lower(named.host) == lower(reached.host)) return xaddr;
    return fmt::format("{}://{}{}", reached.scheme, reached.server,
                       named.path.empty() ? reached.path : named.path);
  }

  const Lead& lead_;
  Clock& clock_;
  const std::stop_token& stop_;
  const SteadyTime began_;
  Conversation talk_;
  Device device_;
  MediaServices services_;
  std::string media_;  // url of the media service in use
  bool media2_ = false;
};

}  // namespace

Device ask_device(const Lead& lead, const Login& login, http::Http& http, Clock& clock,
                  const std::stop_token& stop) {
  return Interview(lead, login, http, clock, stop).run();
}

}  // namespace vigia::discover
