#include "camera/login_offer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <span>

#include <string>
#include <vector>

#include "camera/offer_sifter.h"

namespace vigia::camera {
namespace {

constexpr const char* kMd5 = "Digest realm=\"cam\", nonce=\"1\"";
constexpr const char* kNamedMd5 = "digest realm=\"algorithm=SHA-256\", nonce=\"1\", Algorithm = \"MD5\"";
constexpr const char* kSha = "Digest realm=\"cam\", algorithm=SHA-256, nonce=\"1\"";
constexpr const char* kBasic = "Basic realm=\"cam\"";

LoginOffer offer(const std::vector<const char*>& challenges) {
  LoginOffer out;
  for (const char* const challenge : challenges) out.take(challenge);
  return out;
}

TEST(LoginOffer, FfmpegFailsWhereTheLastDigestIsNotMd5) {
  for (const auto& works : std::vector<std::vector<const char*>>{
           {kMd5}, {kNamedMd5}, {kBasic}, {kSha, kMd5}, {kBasic, kMd5}, {kMd5, kBasic}}) {
    EXPECT_FALSE(offer(works).needs_sifting()) << works.front();
    EXPECT_FALSE(offer(works).is_beyond_ffmpeg()) << works.front();
  }
  for (const auto& fails : std::vector<std::vector<const char*>>{
           {kMd5, kSha}, {kBasic, kSha}, {kSha, kBasic}, {kMd5, kBasic, kSha}}) {
    EXPECT_TRUE(offer(fails).needs_sifting()) << fails.front();
  }
}

TEST(LoginOffer, ShaAloneIsBeyondFfmpeg) {
  EXPECT_TRUE(offer({kSha}).is_beyond_ffmpeg());
  EXPECT_FALSE(offer({kSha}).needs_sifting());
  EXPECT_TRUE(offer({"Negotiate"}).is_beyond_ffmpeg());
}

std::string sifted(OfferSifter& sifter, const std::string& bytes, std::size_t piece) {
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    const auto passed = sifter.take(std::span(bytes).subspan(at, std::min(piece, bytes.size() - at)));
    out.append(passed.data(), passed.size());
  }
  return out;
}

std::string reply(const std::vector<std::string>& offers, const std::string& body = "") {
  std::string text = "RTSP/1.0 401 Unauthorized\r\nCSeq: 2\r\n";
  for (const std::string& each : offers) text += "WWW-Authenticate: " + each + "\r\n";
  if (!body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return text + "\r\n" + body;
}

class OfferSifterTest : public ::testing::TestWithParam<std::size_t> {};

TEST_P(OfferSifterTest, LeavesOutWhatFfmpegCannotAnswer) {
  OfferSifter sifter;
  EXPECT_EQ(sifted(sifter, reply({kBasic, kMd5, kSha}), GetParam()), reply({kBasic, kMd5}));
  EXPECT_EQ(sifted(sifter, reply({kSha, kNamedMd5}), GetParam()), reply({kNamedMd5}));
}

TEST_P(OfferSifterTest, LeavesThemWhereNothingElseIsOffered) {
  OfferSifter sifter;
  EXPECT_EQ(sifted(sifter, reply({kSha}), GetParam()), reply({kSha}));
}

TEST_P(OfferSifterTest, TouchesNeitherBodiesNorPacketsNorRubbish) {
  const std::string lure = reply({kMd5, kSha});
  std::string packet{'$', '\0', static_cast<char>(lure.size() / 256), static_cast<char>(lure.size() % 256)};
  packet += lure;
  const std::string rubbish = "\xff\xd8ROTTEN RTS WWW-Authenticate: x\r\n\r\n";
  const std::string all = reply({kMd5}, lure) + packet + rubbish + packet + reply({kMd5});
  OfferSifter sifter;
  EXPECT_EQ(sifted(sifter, all, GetParam()), all);
}

TEST_P(OfferSifterTest, AReplyBetweenPacketsIsSiftedToo) {
  std::string packet{'$', '\1', '\0', '\3'};
  packet += "abc";
  OfferSifter sifter;
  EXPECT_EQ(sifted(sifter, packet + reply({kMd5, kSha}) + packet, GetParam()),
            packet + reply({kMd5}) + packet);
}

TEST_P(OfferSifterTest, AHeaderWithoutAnEndGoesThrough) {
  const std::string endless = "RTSP/1.0 200 OK\r\nX: " + std::string(3 * OfferSifter::kMostHeader, 'x');
  OfferSifter sifter;
  const std::string out = sifted(sifter, endless, std::max<std::size_t>(GetParam(), 1000));
  EXPECT_GE(out.size() + OfferSifter::kMostHeader, endless.size());
  EXPECT_TRUE(endless.starts_with(out));
}

INSTANTIATE_TEST_SUITE_P(Pieces, OfferSifterTest, ::testing::Values(1, 2, 7, 100000));

}  // namespace
}  // namespace vigia::camera
