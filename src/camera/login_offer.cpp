#include "camera/login_offer.h"

#include <string>

#include "base/text.h"

namespace vigia::camera {
namespace {

constexpr std::string_view kDigest = "digest ";

bool is_digest(const std::string& challenge) {
  return challenge.starts_with(kDigest);
}

// The value of algorithm=...; empty where there is none, which means MD5. All in small letters.
std::string_view algorithm_of(const std::string& challenge) {
  constexpr std::string_view kKey = "algorithm";
  std::string_view rest = challenge;
  for (std::size_t at = rest.find(kKey); at != rest.npos; at = rest.find(kKey)) {
    const bool is_whole = at > 0 && (rest[at - 1] == ' ' || rest[at - 1] == ',' || rest[at - 1] == '\t');
    rest = trim(rest.substr(at + kKey.size()));
    if (!is_whole || !rest.starts_with('=')) continue;
    rest = trim(rest.substr(1));
    if (rest.starts_with('"')) rest.remove_prefix(1);
    return rest.substr(0, rest.find_first_of("\", \t\r\n"));
  }
  return {};
}

bool is_md5(const std::string& digest) {
  const std::string_view algorithm = algorithm_of(digest);
  return algorithm.empty() || algorithm == "md5" || algorithm == "md5-sess";
}

}  // namespace

bool is_answerable(std::string_view challenge) {
  const std::string small = lower(trim(challenge));
  return small.starts_with("basic") || (is_digest(small) && is_md5(small));
}

void LoginOffer::take(std::string_view challenge) {
  const std::string small = lower(trim(challenge));
  if (small.starts_with("basic")) {
    basic = true;
  } else if (!is_digest(small)) {
    other = true;
  } else {
    takes_unknown = !is_md5(small);
    (takes_unknown ? other : md5) = true;
  }
}

}  // namespace vigia::camera
