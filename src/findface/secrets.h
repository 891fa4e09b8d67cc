// Removes secrets from texts for people, since a server's answer may repeat what it was sent.
//
// Hides each secret both as it is and as JSON escapes it. Apply it before a text is cut: else a part of a
// secret across the cut would stay.
// Threads: one thread at a time; const functions any number at once.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace vigia::findface {

class Secrets {
 public:
  Secrets() = default;
  // Empty ones are left out.
  explicit Secrets(const std::vector<std::string>& secrets);

  void add(const std::string& secret);
  // "***" in place of each.
  [[nodiscard]] std::string hidden_in(std::string_view text) const;
  // The same as a line for a log: for_log() of json.h.
  [[nodiscard]] std::string line(std::string_view text) const;

 private:
  std::vector<std::string> secrets_;  // longest first: one may be part of another
};

}  // namespace vigia::findface
