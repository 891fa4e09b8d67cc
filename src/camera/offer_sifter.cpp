#include "camera/offer_sifter.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "camera/login_offer.h"

namespace vigia::camera {
namespace {

constexpr std::string_view kReply = "RTSP/";
constexpr std::string_view kOffer = "www-authenticate:";
constexpr std::string_view kLength = "content-length:";

// Where the header's last line ends, with the empty line behind it; npos: it is not whole.
std::size_t end_of_header(std::string_view text) {
  const std::size_t usual = text.find("\r\n\r\n");
  const std::size_t bare = text.find("\n\n");
  if (usual == text.npos && bare == text.npos) return text.npos;
  return usual < bare ? usual + 4 : bare + 2;
}

std::string_view next_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  const std::string_view line = rest.substr(0, end == rest.npos ? rest.size() : end + 1);
  rest.remove_prefix(line.size());
  return line;
}

// What stands behind this name; nothing where the line is another one.
std::string_view value_of(std::string_view line, std::string_view name) {
  if (line.size() < name.size() || lower(line.substr(0, name.size())) != name) return {};
  return trim(line.substr(name.size()));
}

}  // namespace

std::span<char> OfferSifter::take(std::span<const char> bytes) {
  out_.clear();
  held_.append(bytes.data(), bytes.size());
  while (!held_.empty() && step()) {
  }
  return out_;
}

bool OfferSifter::step() {
  if (to_pass_ == 0) return step_at_start();
  const std::size_t count = std::min(to_pass_, held_.size());
  pass(count);
  to_pass_ -= count;
  return true;
}

bool OfferSifter::step_at_start() {
  const std::string_view text = held_;
  if (text.front() == '$') {  // RFC 2326, 10.12: '$', channel, length
    if (text.size() < 4) return false;
    const auto byte = [&](std::size_t i) {
      return static_cast<std::size_t>(static_cast<unsigned char>(text[i]));
    };
    to_pass_ = 4 + byte(2) * 256 + byte(3);
    return true;
  }
  if (text.starts_with(kReply)) return step_reply();
  if (kReply.starts_with(text)) return false;
  const std::size_t next = text.find_first_of("$R", 1);
  pass(next == text.npos ? text.size() : next);
  return true;
}

bool OfferSifter::step_reply() {
  const std::size_t end = end_of_header(held_);
  if (end == std::string::npos) {
    if (held_.size() < kMostHeader) return false;
    pass(held_.size());
    return true;
  }
  pass_reply(std::string_view(held_).substr(0, end));
  held_.erase(0, end);
  return true;
}

void OfferSifter::pass(std::size_t count) {
  out_.append(held_, 0, count);
  held_.erase(0, count);
}

void OfferSifter::pass_reply(std::string_view header) {
  bool has_answerable = false;
  for (std::string_view rest = header; !rest.empty();) {
    const std::string_view offer = value_of(next_line(rest), kOffer);
    has_answerable = has_answerable || (!offer.empty() && is_answerable(offer));
  }
  for (std::string_view rest = header; !rest.empty();) {
    const std::string_view line = next_line(rest);
    if (const std::string_view length = value_of(line, kLength); !length.empty()) {
      std::from_chars(length.data(), length.data() + length.size(), to_pass_);
    }
    const std::string_view offer = value_of(line, kOffer);
    if (offer.empty() || !has_answerable || is_answerable(offer)) out_.append(line);
  }
}

}  // namespace vigia::camera
