#include "temper/watch/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "temper/core/error.h"
#include "tests/watch/client.h"

namespace temper::watch {
namespace {

using fake::ask;
using fake::Client;
using fake::request;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// A server in a thread of its own, whose page has been asked for `asked` times.
class Served {
 public:
  explicit Served(const ServerOptions& options = {})
      : server_(options,
                [this] {
                  ++asked_;
                  return page_;
                }),
        thread_([this] { server_.run(stop_); }) {}
  ~Served() { end(); }
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;
  Served(Served&&) = delete;
  Served& operator=(Served&&) = delete;

  [[nodiscard]] std::uint16_t port() const { return server_.port(); }
  [[nodiscard]] const Server& server() const { return server_; }
  /// Ends it. @return how often the page was asked for
  int end() {
    stop_.set();
    if (thread_.joinable()) thread_.join();
    return asked_;
  }

 private:
  std::shared_ptr<const Page> page_ =
      std::make_shared<const Page>(Page{"c0ffee", "<!doctype html><p>The page</p>"});
  int asked_ = 0;
  StopFlag stop_;
  Server server_;
  std::thread thread_;
};

TEST(Server, ServesThePage) {
  const Served served;
  EXPECT_EQ(served.server().url(), "http://127.0.0.1:" + std::to_string(served.port()) + "/");
  EXPECT_TRUE(served.server().is_local());
  const auto reply = ask(served.port(), request("GET", "/"));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "<!doctype html><p>The page</p>");
  EXPECT_EQ(reply.field("ETag"), "\"c0ffee\"");
  EXPECT_EQ(reply.field("Content-Type"), "text/html; charset=utf-8");
  EXPECT_THAT(reply.field("Content-Security-Policy"), HasSubstr("default-src 'none'"));
  EXPECT_THAT(reply.field("Content-Security-Policy"), HasSubstr("frame-ancestors 'none'"));
  EXPECT_EQ(reply.field("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(reply.field("X-Frame-Options"), "DENY");
  EXPECT_EQ(reply.field("Cross-Origin-Resource-Policy"), "same-origin");
  EXPECT_EQ(reply.field("Cache-Control"), "no-cache");
  EXPECT_EQ(reply.field("Access-Control-Allow-Origin"), "");
}

TEST(Server, HeadIsThePageWithoutItsBody) {
  const Served served;
  Client client(served.port());
  client.send(request("HEAD", "/"));
  const auto head = client.reply(false);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.field("Content-Length"), "30");
  EXPECT_EQ(head.field("ETag"), "\"c0ffee\"");
  client.send(request("GET", "/"));  // nothing came between
  EXPECT_EQ(client.reply().body.size(), 30U);
}

TEST(Server, APageThatIsKnownIsNotSentAgain) {
  const Served served;
  for (const char* known : {"\"c0ffee\"", "W/\"c0ffee\"", R"("other", "c0ffee")"}) {
    const auto reply =
        ask(served.port(), request("GET", "/", std::string("If-None-Match: ") + known + "\r\n"));
    EXPECT_EQ(reply.status, 304) << known;
    EXPECT_EQ(reply.field("ETag"), "\"c0ffee\"");
    EXPECT_THAT(reply.body, IsEmpty());
  }
  for (const char* other : {"\"c0ffe\"", "\"xc0ffee\"", "c0ffee"}) {
    const auto reply =
        ask(served.port(), request("GET", "/", std::string("If-None-Match: ") + other + "\r\n"));
    EXPECT_EQ(reply.status, 200) << other;
  }
}

TEST(Server, NothingCanBeWritten) {
  Served served;
  for (const char* method : {"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT",
                             "PROPFIND", "MKCOL", "get", "INVENTED"}) {
    const auto reply = ask(served.port(), request(method, "/"));
    EXPECT_EQ(reply.status, 405) << method;
    EXPECT_EQ(reply.field("Allow"), "GET, HEAD") << method;
  }
  const auto with_body = ask(served.port(), request("PUT", "/", "Content-Length: 5\r\n") + "hello");
  EXPECT_EQ(with_body.status, 405);
  EXPECT_EQ(with_body.field("Connection"), "close");
  EXPECT_EQ(served.end(), 0);
}

TEST(Server, ABodyIsNotRead) {
  const Served served;
  // The answer arrives though the client is still sending.
  const std::string much(500'000, 'x');
  const auto reply =
      ask(served.port(), request("POST", "/", "Content-Length: 99999999999\r\n") + much);
  EXPECT_EQ(reply.status, 405);
  // A body that looks like another request is none.
  Client client(served.port());
  client.send(request("GET", "/", "Content-Length: 100\r\n") + request("GET", "/"));
  EXPECT_EQ(client.reply().status, 200);
  EXPECT_TRUE(client.is_closed());
}

TEST(Server, OtherPathsAreUnknown) {
  Served served;
  for (const char* path : {"/../../../../etc/passwd",
                           "/..",
                           "/./",
                           "//",
                           "//etc/passwd",
                           "/%2e%2e/%2e%2e/etc/passwd",
                           "/..%2f..%2fetc%2fpasswd",
                           "/..\\..\\etc",
                           "/etc/passwd",
                           "/metrics.jsonl",
                           "/recipe.toml",
                           "/model.safetensors",
                           "/index.html",
                           "/%00",
                           "/?",
                           "/?x=/etc/passwd",
                           "*",
                           "etc/passwd",
                           "http://localhost/",
                           "file:///etc/passwd"}) {
    const auto reply = ask(served.port(), request("GET", path));
    EXPECT_EQ(reply.status, 404) << path;
    EXPECT_THAT(reply.body, Not(HasSubstr("root:"))) << path;
  }
  EXPECT_EQ(served.end(), 0);
}

TEST(Server, OnlyNamesOfThisMachineAreAnswered) {
  Served served;
  const auto of_host = [&](const std::string& lines) {
    return ask(served.port(), "GET / HTTP/1.1\r\n" + lines + "\r\n").status;
  };
  EXPECT_EQ(of_host("Host: 127.0.0.1:" + std::to_string(served.port()) + "\r\n"), 200);
  EXPECT_EQ(of_host("Host: LOCALHOST:9\r\n"), 200);
  EXPECT_EQ(of_host("Host: rebound.example.org\r\n"), 421);
  EXPECT_EQ(of_host("Host: 192.168.0.7\r\n"), 421);
  EXPECT_EQ(of_host("Host: \r\n"), 421);
  EXPECT_EQ(of_host(""), 400);
  EXPECT_EQ(of_host("Host: localhost\r\nHost: rebound.example.org\r\n"), 400);
  EXPECT_EQ(ask(served.port(), "GET / HTTP/1.0\r\n\r\n").status, 400);
  EXPECT_EQ(ask(served.port(), "POST / HTTP/1.1\r\nHost: example.org\r\n\r\n").status, 421);
  EXPECT_EQ(served.end(), 2);
}

TEST(Server, WhatIsNoRequestIsRefused) {
  Served served;
  for (const char* bytes :
       {"hello\r\n\r\n", "GET /\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\x16\x03\x01\x02 TLS\r\n\r\n",
        "GET / HTTP/1.1\r\nHost localhost\r\n\r\n"})
    EXPECT_EQ(ask(served.port(), bytes).status, 400) << bytes;
  const auto lengths = request("GET", "/", "Content-Length: 1\r\nContent-Length: 2\r\n");
  EXPECT_EQ(ask(served.port(), lengths).status, 400);
  const auto longest = request("GET", "/", "X: " + std::string(9000, 'x') + "\r\n");
  EXPECT_EQ(ask(served.port(), longest).status, 431);
  const auto endless = "GET /" + std::string(100'000, 'x');
  EXPECT_EQ(ask(served.port(), endless).status, 431);
  EXPECT_EQ(served.end(), 0);
}

TEST(Server, AConnectionServesSeveralRequests) {
  const Served served;
  Client client(served.port());
  client.send(request("GET", "/") + request("GET", "/none") + request("POST", "/") +
              request("GET", "/", "Connection: close\r\n"));
  for (const int status : {200, 404, 405, 200}) EXPECT_EQ(client.reply().status, status);
  EXPECT_TRUE(client.is_closed());
}

TEST(Server, ConnectionsBeyondTheLimitWait) {
  const Served served({.connections = 2});
  auto first = std::make_unique<Client>(served.port());
  Client second(served.port());
  for (const auto* client : {first.get(), &second}) client->send(request("GET", "/"));
  EXPECT_EQ(first->reply().status, 200);
  EXPECT_EQ(second.reply().status, 200);
  Client third(served.port());
  third.send(request("GET", "/"));
  first.reset();
  EXPECT_EQ(third.reply().status, 200);
}

TEST(Server, TwoHundredConnectionsAtOnceAreServed) {
  const Served served({.patience = std::chrono::milliseconds(200)});
  std::list<Client> clients;
  for (int i = 0; i < 200; ++i) clients.emplace_back(served.port());
  // A third of them never says anything.
  int i = 0;
  for (const auto& client : clients)
    if (i++ % 3 != 0) client.send(request("GET", "/", "Connection: close\r\n"));
  i = 0;
  for (auto& client : clients)
    if (i++ % 3 != 0) {
      EXPECT_EQ(client.reply().status, 200) << i;
    }
}

TEST(Server, ASlowRequestIsGivenUp) {
  const Served served({.patience = std::chrono::milliseconds(100)});
  Client silent(served.port());
  Client slow(served.port());
  slow.send("GET / HT");
  EXPECT_TRUE(silent.is_closed());
  EXPECT_TRUE(slow.is_closed());
}

TEST(Server, WhatThePageThrowsEndsIt) {
  const StopFlag stop;
  Server server({}, []() -> std::shared_ptr<const Page> { throw Error(Code::data, "broken"); });
  Client client(server.port());
  client.send(request("GET", "/"));
  EXPECT_THROW(server.run(stop), Error);
}

TEST(Server, RefusesAnAddressThatItCantListenOn) {
  const Served served;
  const auto listen = [](const ServerOptions& options) {
    try {
      const Server server(options, [] { return std::make_shared<const Page>(); });
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::io);
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_THAT(listen({.port = served.port()}), HasSubstr(std::to_string(served.port())));
  EXPECT_THAT(listen({.host = "192.0.2.1"}), HasSubstr("cannot listen on 192.0.2.1"));
}

TEST(Server, OfAllAddressesIsNotLocal) {
  const Served served({.host = "0.0.0.0"});
  EXPECT_FALSE(served.server().is_local());
  const auto of_host = [&](const std::string& host) {
    return ask(served.port(), "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n").status;
  };
  EXPECT_EQ(of_host("192.168.0.7"), 200);
  EXPECT_EQ(of_host("rebound.example.org"), 421);
}

}  // namespace
}  // namespace temper::watch
