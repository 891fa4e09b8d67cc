#include "discover/soap.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "discover/plain_text.h"

namespace vigia::discover {
namespace {

constexpr std::string_view kEnvelope =
    R"(<?xml version="1.0" encoding="UTF-8"?>)"
    R"(<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:tt="http://www.onvif.org/ver10/schema" )"
    R"(xmlns:q="{}"><s:Header>{}</s:Header><s:Body><q:{}>{}</q:{}></s:Body></s:Envelope>)";

constexpr int kDeepestCode = 5;

// The last word of a code: "NotAuthorized" of "ter:NotAuthorized".
std::string last_word(const std::string& code) {
  return lower(code.substr(code.rfind(':') + 1));
}

bool says_login(const std::string& word) {
  constexpr std::array<std::string_view, 6> kWords{"notauthorized",        "sendernotauthorized",
                                                   "failedauthentication", "failedcheck",
                                                   "invalidsecurity",      "invalidsecuritytoken"};
  return std::ranges::find(kWords, word) != kWords.end();
}

// Some say it in words only.
bool reads_like_login(const std::string& reason) {
  const std::string text = lower(reason);
  constexpr std::array<std::string_view, 5> kParts{"not authorized", "unauthorized", "authority failure",
                                                   "not authorised", "authentication"};
  return std::ranges::any_of(kParts, [&](std::string_view part) { return text.find(part) != text.npos; });
}

Error error_of(const pugi::xml_node& fault) {
  bool login = false;
  std::string code = text_of(child(fault, "faultcode"));  // SOAP 1.1
  login = says_login(last_word(code));
  pugi::xml_node level = child(fault, "Code");
  for (int depth = 0; level && depth < kDeepestCode; ++depth, level = child(level, "Subcode")) {
    const std::string value = text_of(child(level, "Value"));
    login = login || says_login(last_word(value));
    if (!value.empty()) code = value;
  }
  std::string reason = text_of(descend(fault, {"Reason", "Text"}));
  if (reason.empty()) reason = text_of(child(fault, "faultstring"));
  login = login || reads_like_login(reason);
  const std::string said = plain(reason.empty() ? code : reason, 160);
  return {login ? ErrorCode::refused : ErrorCode::not_found,
          said.empty() ? "it sent a fault without a reason" : "it says: " + said};
}

}  // namespace

std::string envelope_of(const Question& question, std::string_view header) {
  return fmt::format(kEnvelope, question.service, header, question.name, question.content, question.name);
}

std::string action_of(const Question& question) {
  return fmt::format("{}/{}", question.service, question.name);
}

Result<Answer> read_answer(std::string_view text) {
  Result<Document> document = Document::parse(text);
  if (!document) return document.error();
  const pugi::xml_node envelope = document->root();
  const pugi::xml_node body = child(envelope, "Body");
  if (local_name(envelope) != "Envelope" || !body) return Error{ErrorCode::invalid, "the answer is no SOAP"};
  if (const pugi::xml_node fault = child(body, "Fault")) return error_of(fault);
  for (const pugi::xml_node& node : body.children()) {
    if (node.type() == pugi::node_element) return Answer{*std::move(document), node};
  }
  return Error{ErrorCode::invalid, "the answer is empty"};
}

}  // namespace vigia::discover
