// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
// C++ Proton as a client of the interoperability tests; same arguments and output as python/client.py.
#include "lines.hpp"

#include <iostream>
#include <proton/codec/encoder.hpp>
#include <proton/connection.hpp>
#include <proton/connection_options.hpp>
#include <proton/container.hpp>
#include <proton/delivery.hpp>
#include <proton/error_condition.hpp>
#include <proton/message.hpp>
#include <proton/messaging_handler.hpp>
#include <proton/receiver.hpp>
#include <proton/receiver_options.hpp>
#include <proton/sender.hpp>
#include <proton/sender_options.hpp>
#include <proton/source_options.hpp>
#include <proton/target_options.hpp>
#include <proton/tracker.hpp>
#include <proton/transport.hpp>
#include <proton/work_queue.hpp>

using Options = std::map<std::string, std::string>;

class Client : public proton::messaging_handler {
  public:
    Client(const std::string& operation, const std::string& endpoint, const std::string& address, const Options& options)
        : sends_(operation == "send"), endpoint_(endpoint), address_(address), options_(options) {
        count_ = sends_ ? 0 : std::stoi(options_.at("count"));
    }

    void on_container_start(proton::container& container) override {
        container.connect(
            "amqp://" + endpoint_,
            proton::connection_options().sasl_enabled(true).sasl_allowed_mechs("ANONYMOUS").user("anonymous"));
    }

    void on_connection_open(proton::connection& connection) override {
        if (sends_) {
            std::string line;
            while (std::getline(std::cin, line)) messages_.push_back(lines::decode(line));
            proton::target_options target;
            if (has("topic")) target.capabilities({"topic"});
            connection.open_sender(address_, proton::sender_options().target(target));
            return;
        }
        proton::source_options source;
        if (has("topic")) source.capabilities({"topic"});
        if (has("browse")) source.distribution_mode(proton::source::COPY);
        if (has("selector")) source.filters(selector(lines::unquote(options_["selector"])));
        proton::receiver_options receiver;
        if (has("durable")) {
            source.durability_mode(proton::source::UNSETTLED_STATE).expiry_policy(proton::source::NEVER);
            receiver.name(options_["durable"]);
        }
        connection.open_receiver(address_, receiver.source(source).credit_window(0).auto_accept(false));
    }

    void on_sendable(proton::sender& sender) override {
        while (sender.credit() > 0 && next_ < messages_.size()) sender.send(messages_[next_++]);
    }

    void on_tracker_accept(proton::tracker& tracker) override { settled(tracker, "accepted"); }
    void on_tracker_reject(proton::tracker& tracker) override { settled(tracker, "refused rejected"); }
    void on_tracker_release(proton::tracker& tracker) override { settled(tracker, "refused released"); }

    void on_receiver_open(proton::receiver& receiver) override {
        std::cout << "attached" << std::endl;
        if (count_ > 0) {
            receiver.add_credit(count_);
        } else {
            drain(receiver);
        }
    }

    void on_message(proton::delivery& delivery, proton::message& message) override {
        std::cout << lines::encode(message) << std::endl;
        if (has("browse")) {
            delivery.release();
        } else {
            delivery.accept();
        }
        if (++taken_ == count_) {
            // A drain must not be started inside the callback of the delivery that used up the credit.
            auto receiver = delivery.receiver();
            receiver.work_queue().add([this, receiver]() mutable { drain(receiver); });
        }
    }

    void on_receiver_drain_finish(proton::receiver& receiver) override {
        std::cout << "end" << std::endl;
        if (has("durable") && !has("unsubscribe")) {
            receiver.detach();
        } else {
            receiver.close();
        }
        receiver.connection().close();
    }

    void on_error(const proton::error_condition& error) override { throw std::runtime_error(error.what()); }

  private:
    bool has(const std::string& option) const { return options_.count(option) > 0; }

    static void drain(proton::receiver& receiver) {
        receiver.add_credit(10);
        receiver.drain();
    }

    void settled(proton::tracker& tracker, const std::string& text) {
        std::cout << text << std::endl;
        if (++settled_ == messages_.size()) tracker.connection().close();
    }

    static proton::source::filter_map selector(const std::string& text) {
        proton::value described;
        proton::codec::encoder encoder(described);
        encoder << proton::codec::start::described() << proton::symbol("apache.org:selector-filter:string") << text
                << proton::codec::finish();
        proton::source::filter_map filters;
        filters.put("selector", described);
        return filters;
    }

    bool sends_;
    std::string endpoint_;
    std::string address_;
    Options options_;
    std::vector<proton::message> messages_;
    std::size_t next_ = 0;
    std::size_t settled_ = 0;
    int count_ = 0;
    int taken_ = 0;
};

int main(int argc, char** argv) {
    if (argc < 4) {
        std::cerr << "usage: client send|receive HOST:PORT ADDRESS [option=value]..." << std::endl;
        return 2;
    }
    Options options;
    for (int i = 4; i < argc; i++) {
        std::string argument(argv[i]);
        auto at = argument.find('=');
        options[argument.substr(0, at)] = argument.substr(at + 1);
    }
    try {
        Client client(argv[1], argv[2], argv[3], options);
        proton::container(client, options.count("container") ? options["container"] : "").run();
        return 0;
    } catch (const std::exception& failure) {
        std::cerr << failure.what() << std::endl;
        return 1;
    }
}
