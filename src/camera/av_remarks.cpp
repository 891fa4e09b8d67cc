#include "camera/av_remarks.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <optional>
#include <string_view>

#include "base/text.h"

namespace vigia::camera {
namespace {

thread_local AvRemarks* noted = nullptr;

std::string formatted(const char* format, std::va_list arguments) {
  std::array<char, 256> line{};
  const int length = std::vsnprintf(line.data(), line.size(), format, arguments);
  return length < 0 ? std::string() : std::string(line.data());
}

// "method SETUP failed: 453 Not Enough Bandwidth" and "HTTP error 503 Service Unavailable": what follows
// `before`.
void take_refusal(const std::string& line, std::string_view before, AvRemarks& remarks) {
  const std::size_t at = line.find(before);
  if (at == std::string::npos) return;
  int status = 0, read = 0;
  const char* const rest = line.c_str() + at + before.size();
  if (std::sscanf(rest, "%d%n", &status, &read) != 1) return;  // NOLINT(cert-err34-c): three digits
  remarks.status = status;
  remarks.refusal = std::string(trim(rest + read));
}

// What stands behind a header's name; nothing where the line has another one.
std::optional<std::string_view> header(std::string_view line, std::string_view name) {
  if (line.size() < name.size() || lower(line.substr(0, name.size())) != name) return std::nullopt;
  return trim(line.substr(name.size()));
}

// "Session: 12345678;timeout=20"
void take_session(std::string_view session, AvRemarks& remarks) {
  constexpr std::string_view kKey = "timeout=";
  const std::size_t at = lower(session).find(kKey);
  if (at == std::string_view::npos) return;
  int seconds = 0;
  const char* const from = session.data() + at + kKey.size();
  std::from_chars(from, session.data() + session.size(), seconds);
  if (seconds > 0) remarks.session_seconds = seconds;
}

// Some web servers answer what they do not understand with a page alone.
bool is_page(std::string_view line) {
  const std::string small = lower(line.substr(0, 9));
  return small.starts_with("<html") || small.starts_with("<!doctype");
}

// A line of a reply. other: how the first line of a reply in the other protocol begins.
void take_reply_line(std::string_view line, std::string_view other, AvRemarks& remarks) {
  if (line.starts_with(other) || is_page(line)) remarks.speaks_other = true;
  if (const auto offer = header(line, "www-authenticate:")) remarks.offer.take(*offer);
  if (const auto session = header(line, "session:")) take_session(*session, remarks);
}

// RFC 3550, appendix A.1: beyond that the sender has begun to count anew.
constexpr int kMostMissed = 3000;

// Replies are text; the headers of packets, which are read as a reply when they are not where they should be,
// are not.
bool is_rubbish(int byte) {
  return byte != '\r' && byte != '\n' && byte != '\t' && ((byte >= 0 && byte < ' ') || byte == 0x7f);
}

}  // namespace

void AvRemarks::take(const char* format, std::va_list arguments) {
  const std::string_view text(format);
  if (text.starts_with("method %s failed: ")) {
    take_refusal(formatted(format, arguments), "failed: ", *this);
  } else if (text.starts_with("HTTP error ")) {
    take_refusal(formatted(format, arguments), "HTTP error ", *this);
  } else if (text.starts_with("line='%s'")) {
    take_reply_line(va_arg(arguments, const char*), "HTTP/", *this);
  } else if (text.starts_with("header='%s'")) {
    take_reply_line(va_arg(arguments, const char*), "RTSP/", *this);
  } else if (text.starts_with("RTP: missed %d packets")) {
    const int missed = va_arg(arguments, int);
    missed_packets += missed > kMostMissed ? 1 : static_cast<std::uint64_t>(std::max(missed, 0));
  } else if (text.starts_with("RTP: PT=%02x: bad cseq")) {
    ++missed_packets;  // its number is far from the last one: FFmpeg drops it, and takes the next
  } else if (text.starts_with("RTP: dropping old packet")) {
    ++late_packets;
  } else if (text.starts_with("ret=%d c=%02x")) {  // a byte that is read as part of a reply
    const int read = va_arg(arguments, int), byte = va_arg(arguments, int);
    if (read == 1 && is_rubbish(byte)) ++rubbish;
  }
}

NotedRemarks::NotedRemarks(AvRemarks& remarks) noexcept {
  noted = &remarks;
}

NotedRemarks::~NotedRemarks() {
  noted = nullptr;
}

AvRemarks* NotedRemarks::current() noexcept {
  return noted;
}

}  // namespace vigia::camera
