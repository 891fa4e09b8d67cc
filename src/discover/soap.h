// SOAP as ONVIF's devices speak it: an envelope around a question, and what an answer holds. Answers in SOAP
// 1.1 are read as well. Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "discover/xml.h"

namespace vigia::discover {

// One question of a device's service.
struct Question {
  std::string_view service;  // the service's namespace
  std::string_view name;     // "GetProfiles"
  std::string content{};     // XML; elements of the service have the prefix q, those of the schema tt
};

// header: XML of the header's content; may be empty.
std::string envelope_of(const Question& question, std::string_view header);
// For Content-Type.
std::string action_of(const Question& question);

struct Answer {
  Document document;
  pugi::xml_node content;  // the first element of the body
};

// Errors: refused (a fault says that the sender has to log in, or may not), not_found (another fault),
// invalid (no SOAP). The text of a fault is the device's own, made plain.
Result<Answer> read_answer(std::string_view text);

}  // namespace vigia::discover
