#include "camera/av_remarks.h"

#include <array>
#include <cstdio>
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

}  // namespace

void AvRemarks::take(const char* format, std::va_list arguments) {
  const std::string_view text(format);
  if (text.starts_with("method %s failed: ")) {
    take_refusal(formatted(format, arguments), "failed: ", *this);
  } else if (text.starts_with("HTTP error ")) {
    take_refusal(formatted(format, arguments), "HTTP error ", *this);
  } else if (text.starts_with("RTP: missed %d packets")) {
    const int missed = va_arg(arguments, int);
    missed_packets += missed > 0 ? static_cast<std::uint64_t>(missed) : 0;
  } else if (text.starts_with("RTP: dropping old packet")) {
    ++late_packets;
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
