// Reads XML that a stranger sent: bounded in size and elements, without document types, so without entities
// of its own; depth costs nothing, since nothing here recurses. Names are compared without their prefix:
// devices choose any, and some declare none. Nodes live as long as their Document.
// Threads: pure functions; a Document: one thread at a time.
#pragma once

#include <initializer_list>
#include <memory>
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace vigia::discover {

inline constexpr Bytes kLargestXml = 2_MiB;           // a recorder with 256 profiles sends half of it
inline constexpr std::size_t kMostElements = 60'000;  // with their ends; 5 MB of nodes

class Document {
 public:
  // Errors: invalid.
  static Result<Document> parse(std::string_view text);

  [[nodiscard]] pugi::xml_node root() const { return tree_->document_element(); }

 private:
  Document() : tree_(std::make_unique<pugi::xml_document>()) {}

  std::unique_ptr<pugi::xml_document> tree_;  // so that nodes stay valid when this is moved
};

// "Envelope" of "soap:Envelope".
std::string_view local_name(const pugi::xml_node& node);
// The first one of that name; an empty node if there is none, or no parent.
pugi::xml_node child(const pugi::xml_node& parent, std::string_view name);
// The child of the child ... by these names.
pugi::xml_node descend(pugi::xml_node from, std::initializer_list<std::string_view> names);
// At most so many.
std::vector<pugi::xml_node> children(const pugi::xml_node& parent, std::string_view name,
                                     std::size_t at_most);
// Its own text, without blanks around it.
std::string text_of(const pugi::xml_node& node);
std::string attribute(const pugi::xml_node& node, std::string_view name);

// Text as it stands between tags or in an attribute: & < > " escaped, control characters left out.
std::string escaped(std::string_view text);

}  // namespace vigia::discover
