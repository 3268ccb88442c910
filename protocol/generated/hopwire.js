/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";

// Common aliases
const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError;

// Exported root namespace
const $root = $protobuf.roots["default"] || ($protobuf.roots["default"] = {});

export const hopwire = $root.hopwire = (() => {

    /**
     * Namespace hopwire.
     * @exports hopwire
     * @namespace
     */
    const hopwire = {};

    hopwire.v1 = (function() {

        /**
         * Namespace v1.
         * @memberof hopwire
         * @namespace
         */
        const v1 = {};

        v1.SignedRecord = (function() {

            /**
             * Properties of a SignedRecord.
             * @typedef {Object} hopwire.v1.SignedRecord.$Properties
             * @property {Uint8Array|null} [body] SignedRecord body
             * @property {Uint8Array|null} [signature] SignedRecord signature
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a SignedRecord.
             * @memberof hopwire.v1
             * @interface ISignedRecord
             * @augments hopwire.v1.SignedRecord.$Properties
             * @deprecated Use hopwire.v1.SignedRecord.$Properties instead.
             */

            /**
             * Shape of a SignedRecord.
             * @typedef {hopwire.v1.SignedRecord.$Properties} hopwire.v1.SignedRecord.$Shape
             */

            /**
             * Constructs a new SignedRecord.
             * @memberof hopwire.v1
             * @classdesc Represents a SignedRecord.
             * @constructor
             * @param {hopwire.v1.SignedRecord.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const SignedRecord = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * SignedRecord body.
             * @member {Uint8Array} body
             * @memberof hopwire.v1.SignedRecord
             * @instance
             */
            SignedRecord.prototype.body = $util.newBuffer([]);

            /**
             * SignedRecord signature.
             * @member {Uint8Array} signature
             * @memberof hopwire.v1.SignedRecord
             * @instance
             */
            SignedRecord.prototype.signature = $util.newBuffer([]);

            /**
             * Encodes the specified SignedRecord message. Does not implicitly {@link hopwire.v1.SignedRecord.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.SignedRecord
             * @static
             * @param {hopwire.v1.SignedRecord.$Properties} message SignedRecord message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            SignedRecord.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.body != null && $Object.hasOwnProperty.call(message, "body") && message.body.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.body);
                if (message.signature != null && $Object.hasOwnProperty.call(message, "signature") && message.signature.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.signature);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a SignedRecord message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.SignedRecord
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.SignedRecord & hopwire.v1.SignedRecord.$Shape} SignedRecord
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            SignedRecord.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.SignedRecord();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.body = value;
                            else
                                delete message.body;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.signature = value;
                            else
                                delete message.signature;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for SignedRecord
             * @function getTypeUrl
             * @memberof hopwire.v1.SignedRecord
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            SignedRecord.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.SignedRecord";
            };

            return SignedRecord;
        })();

        v1.RecordBody = (function() {

            /**
             * Properties of a RecordBody.
             * @typedef {Object} hopwire.v1.RecordBody.$Properties
             * @property {number|null} [version] RecordBody version
             * @property {Uint8Array|null} [network] RecordBody network
             * @property {Uint8Array|null} [author] RecordBody author
             * @property {number|null} [sequence] RecordBody sequence
             * @property {number|null} [issuedAtMs] RecordBody issuedAtMs
             * @property {number|null} [expiresAtMs] RecordBody expiresAtMs
             * @property {hopwire.v1.Network.$Properties|null} [networkInfo] RecordBody networkInfo
             * @property {hopwire.v1.Member.$Properties|null} [member] RecordBody member
             * @property {hopwire.v1.Revocation.$Properties|null} [revocation] RecordBody revocation
             * @property {hopwire.v1.RelayAnnouncement.$Properties|null} [relay] RecordBody relay
             * @property {hopwire.v1.Endpoints.$Properties|null} [endpoints] RecordBody endpoints
             * @property {hopwire.v1.SecretCommitment.$Properties|null} [secret] RecordBody secret
             * @property {"networkInfo"|"member"|"revocation"|"relay"|"endpoints"|"secret"} [content] RecordBody content
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a RecordBody.
             * @memberof hopwire.v1
             * @interface IRecordBody
             * @augments hopwire.v1.RecordBody.$Properties
             * @deprecated Use hopwire.v1.RecordBody.$Properties instead.
             */

            /**
             * Narrowed shape of a RecordBody.
             * @typedef {{
             *   version?: number|null;
             *   network?: Uint8Array|null;
             *   author?: Uint8Array|null;
             *   sequence?: number|null;
             *   issuedAtMs?: number|null;
             *   expiresAtMs?: number|null;
             *   networkInfo?: hopwire.v1.Network.$Shape|null;
             *   member?: hopwire.v1.Member.$Shape|null;
             *   revocation?: hopwire.v1.Revocation.$Shape|null;
             *   relay?: hopwire.v1.RelayAnnouncement.$Shape|null;
             *   endpoints?: hopwire.v1.Endpoints.$Shape|null;
             *   secret?: hopwire.v1.SecretCommitment.$Shape|null;
             *   $unknowns?: Array.<Uint8Array>;
             * } & (
             *   ({ content?: undefined; networkInfo?: null; member?: null; revocation?: null; relay?: null; endpoints?: null; secret?: null }|{ content?: "networkInfo"; networkInfo: hopwire.v1.Network.$Shape; member?: null; revocation?: null; relay?: null; endpoints?: null; secret?: null }|{ content?: "member"; networkInfo?: null; member: hopwire.v1.Member.$Shape; revocation?: null; relay?: null; endpoints?: null; secret?: null }|{ content?: "revocation"; networkInfo?: null; member?: null; revocation: hopwire.v1.Revocation.$Shape; relay?: null; endpoints?: null; secret?: null }|{ content?: "relay"; networkInfo?: null; member?: null; revocation?: null; relay: hopwire.v1.RelayAnnouncement.$Shape; endpoints?: null; secret?: null }|{ content?: "endpoints"; networkInfo?: null; member?: null; revocation?: null; relay?: null; endpoints: hopwire.v1.Endpoints.$Shape; secret?: null }|{ content?: "secret"; networkInfo?: null; member?: null; revocation?: null; relay?: null; endpoints?: null; secret: hopwire.v1.SecretCommitment.$Shape })
             * )} hopwire.v1.RecordBody.$Shape
             */

            /**
             * Constructs a new RecordBody.
             * @memberof hopwire.v1
             * @classdesc Represents a RecordBody.
             * @constructor
             * @param {hopwire.v1.RecordBody.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const RecordBody = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * RecordBody version.
             * @member {number} version
             * @memberof hopwire.v1.RecordBody
             * @instance
             */
            RecordBody.prototype.version = 0;

            /**
             * RecordBody network.
             * @member {Uint8Array} network
             * @memberof hopwire.v1.RecordBody
             * @instance
             */
            RecordBody.prototype.network = $util.newBuffer([]);

            /**
             * RecordBody author.
             * @member {Uint8Array} author
             * @memberof hopwire.v1.RecordBody
             * @instance
             */
            RecordBody.prototype.author = $util.newBuffer([]);

            /**
             * RecordBody sequence.
             * @member {number} sequence
             * @memberof hopwire.v1.RecordBody
             * @instance
             */
            RecordBody.prototype.sequence = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * RecordBody issuedAtMs.
             * @member {number} issuedAtMs
             * @memberof hopwire.v1.RecordBody
             * @instance
             */
            RecordBody.prototype.issuedAtMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * RecordBody expiresAtMs.
             * @member {number} expiresAtMs
             * @memberof hopwire.v1.RecordBody
             * @instance
             */
            RecordBody.prototype.expiresAtMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * RecordBody networkInfo.
             * @member {hopwire.v1.Network.$Properties|null|undefined} networkInfo
             * @memberof hopwire.v1.RecordBody
             * @instance
             */
            RecordBody.prototype.networkInfo = null;

            /**
             * RecordBody member.
             * @member {hopwire.v1.Member.$Properties|null|undefined} member
             * @memberof hopwire.v1.RecordBody
             * @instance
             */
            RecordBody.prototype.member = null;

            /**
             * RecordBody revocation.
             * @member {hopwire.v1.Revocation.$Properties|null|undefined} revocation
             * @memberof hopwire.v1.RecordBody
             * @instance
             */
            RecordBody.prototype.revocation = null;

            /**
             * RecordBody relay.
             * @member {hopwire.v1.RelayAnnouncement.$Properties|null|undefined} relay
             * @memberof hopwire.v1.RecordBody
             * @instance
             */
            RecordBody.prototype.relay = null;

            /**
             * RecordBody endpoints.
             * @member {hopwire.v1.Endpoints.$Properties|null|undefined} endpoints
             * @memberof hopwire.v1.RecordBody
             * @instance
             */
            RecordBody.prototype.endpoints = null;

            /**
             * RecordBody secret.
             * @member {hopwire.v1.SecretCommitment.$Properties|null|undefined} secret
             * @memberof hopwire.v1.RecordBody
             * @instance
             */
            RecordBody.prototype.secret = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            /**
             * RecordBody content.
             * @member {"networkInfo"|"member"|"revocation"|"relay"|"endpoints"|"secret"|undefined} content
             * @memberof hopwire.v1.RecordBody
             * @instance
             */
            $Object.defineProperty(RecordBody.prototype, "content", {
                get: $util.oneOfGetter($oneOfFields = ["networkInfo", "member", "revocation", "relay", "endpoints", "secret"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified RecordBody message. Does not implicitly {@link hopwire.v1.RecordBody.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.RecordBody
             * @static
             * @param {hopwire.v1.RecordBody.$Properties} message RecordBody message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            RecordBody.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.version != null && $Object.hasOwnProperty.call(message, "version") && message.version !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.version);
                if (message.network != null && $Object.hasOwnProperty.call(message, "network") && message.network.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.network);
                if (message.author != null && $Object.hasOwnProperty.call(message, "author") && message.author.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.author);
                if (message.sequence != null && $Object.hasOwnProperty.call(message, "sequence") && (typeof message.sequence === "object" ? message.sequence.low || message.sequence.high : message.sequence !== 0))
                    writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.sequence);
                if (message.issuedAtMs != null && $Object.hasOwnProperty.call(message, "issuedAtMs") && (typeof message.issuedAtMs === "object" ? message.issuedAtMs.low || message.issuedAtMs.high : message.issuedAtMs !== 0))
                    writer.uint32(/* id 5, wireType 0 =*/40).uint64(message.issuedAtMs);
                if (message.expiresAtMs != null && $Object.hasOwnProperty.call(message, "expiresAtMs") && (typeof message.expiresAtMs === "object" ? message.expiresAtMs.low || message.expiresAtMs.high : message.expiresAtMs !== 0))
                    writer.uint32(/* id 6, wireType 0 =*/48).uint64(message.expiresAtMs);
                if (message.networkInfo != null && $Object.hasOwnProperty.call(message, "networkInfo"))
                    $root.hopwire.v1.Network.encode(message.networkInfo, writer.uint32(/* id 10, wireType 2 =*/82).fork(), _depth + 1).ldelim();
                if (message.member != null && $Object.hasOwnProperty.call(message, "member"))
                    $root.hopwire.v1.Member.encode(message.member, writer.uint32(/* id 11, wireType 2 =*/90).fork(), _depth + 1).ldelim();
                if (message.revocation != null && $Object.hasOwnProperty.call(message, "revocation"))
                    $root.hopwire.v1.Revocation.encode(message.revocation, writer.uint32(/* id 12, wireType 2 =*/98).fork(), _depth + 1).ldelim();
                if (message.relay != null && $Object.hasOwnProperty.call(message, "relay"))
                    $root.hopwire.v1.RelayAnnouncement.encode(message.relay, writer.uint32(/* id 13, wireType 2 =*/106).fork(), _depth + 1).ldelim();
                if (message.endpoints != null && $Object.hasOwnProperty.call(message, "endpoints"))
                    $root.hopwire.v1.Endpoints.encode(message.endpoints, writer.uint32(/* id 14, wireType 2 =*/114).fork(), _depth + 1).ldelim();
                if (message.secret != null && $Object.hasOwnProperty.call(message, "secret"))
                    $root.hopwire.v1.SecretCommitment.encode(message.secret, writer.uint32(/* id 15, wireType 2 =*/122).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a RecordBody message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.RecordBody
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.RecordBody & hopwire.v1.RecordBody.$Shape} RecordBody
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            RecordBody.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.RecordBody();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.version = value;
                            else
                                delete message.version;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.network = value;
                            else
                                delete message.network;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.author = value;
                            else
                                delete message.author;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.sequence = value;
                            else
                                delete message.sequence;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.issuedAtMs = value;
                            else
                                delete message.issuedAtMs;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.expiresAtMs = value;
                            else
                                delete message.expiresAtMs;
                            continue;
                        }
                    case 10: {
                            if (wireType !== 2)
                                break;
                            message.networkInfo = $root.hopwire.v1.Network.decode(reader, reader.size(), $undefined, _depth + 1, message.networkInfo);
                            message.content = "networkInfo";
                            continue;
                        }
                    case 11: {
                            if (wireType !== 2)
                                break;
                            message.member = $root.hopwire.v1.Member.decode(reader, reader.size(), $undefined, _depth + 1, message.member);
                            message.content = "member";
                            continue;
                        }
                    case 12: {
                            if (wireType !== 2)
                                break;
                            message.revocation = $root.hopwire.v1.Revocation.decode(reader, reader.size(), $undefined, _depth + 1, message.revocation);
                            message.content = "revocation";
                            continue;
                        }
                    case 13: {
                            if (wireType !== 2)
                                break;
                            message.relay = $root.hopwire.v1.RelayAnnouncement.decode(reader, reader.size(), $undefined, _depth + 1, message.relay);
                            message.content = "relay";
                            continue;
                        }
                    case 14: {
                            if (wireType !== 2)
                                break;
                            message.endpoints = $root.hopwire.v1.Endpoints.decode(reader, reader.size(), $undefined, _depth + 1, message.endpoints);
                            message.content = "endpoints";
                            continue;
                        }
                    case 15: {
                            if (wireType !== 2)
                                break;
                            message.secret = $root.hopwire.v1.SecretCommitment.decode(reader, reader.size(), $undefined, _depth + 1, message.secret);
                            message.content = "secret";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for RecordBody
             * @function getTypeUrl
             * @memberof hopwire.v1.RecordBody
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            RecordBody.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.RecordBody";
            };

            return RecordBody;
        })();

        v1.Network = (function() {

            /**
             * Properties of a Network.
             * @typedef {Object} hopwire.v1.Network.$Properties
             * @property {string|null} [name] Network name
             * @property {Uint8Array|null} [prefix4] Network prefix4
             * @property {number|null} [prefix4Length] Network prefix4Length
             * @property {Uint8Array|null} [prefix6] Network prefix6
             * @property {number|null} [prefix6Length] Network prefix6Length
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Network.
             * @memberof hopwire.v1
             * @interface INetwork
             * @augments hopwire.v1.Network.$Properties
             * @deprecated Use hopwire.v1.Network.$Properties instead.
             */

            /**
             * Shape of a Network.
             * @typedef {hopwire.v1.Network.$Properties} hopwire.v1.Network.$Shape
             */

            /**
             * Constructs a new Network.
             * @memberof hopwire.v1
             * @classdesc Represents a Network.
             * @constructor
             * @param {hopwire.v1.Network.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Network = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Network name.
             * @member {string} name
             * @memberof hopwire.v1.Network
             * @instance
             */
            Network.prototype.name = "";

            /**
             * Network prefix4.
             * @member {Uint8Array} prefix4
             * @memberof hopwire.v1.Network
             * @instance
             */
            Network.prototype.prefix4 = $util.newBuffer([]);

            /**
             * Network prefix4Length.
             * @member {number} prefix4Length
             * @memberof hopwire.v1.Network
             * @instance
             */
            Network.prototype.prefix4Length = 0;

            /**
             * Network prefix6.
             * @member {Uint8Array} prefix6
             * @memberof hopwire.v1.Network
             * @instance
             */
            Network.prototype.prefix6 = $util.newBuffer([]);

            /**
             * Network prefix6Length.
             * @member {number} prefix6Length
             * @memberof hopwire.v1.Network
             * @instance
             */
            Network.prototype.prefix6Length = 0;

            /**
             * Encodes the specified Network message. Does not implicitly {@link hopwire.v1.Network.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.Network
             * @static
             * @param {hopwire.v1.Network.$Properties} message Network message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Network.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.name);
                if (message.prefix4 != null && $Object.hasOwnProperty.call(message, "prefix4") && message.prefix4.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.prefix4);
                if (message.prefix4Length != null && $Object.hasOwnProperty.call(message, "prefix4Length") && message.prefix4Length !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.prefix4Length);
                if (message.prefix6 != null && $Object.hasOwnProperty.call(message, "prefix6") && message.prefix6.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).bytes(message.prefix6);
                if (message.prefix6Length != null && $Object.hasOwnProperty.call(message, "prefix6Length") && message.prefix6Length !== 0)
                    writer.uint32(/* id 5, wireType 0 =*/40).uint32(message.prefix6Length);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Network message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.Network
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.Network & hopwire.v1.Network.$Shape} Network
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Network.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.Network();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.name = value;
                            else
                                delete message.name;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.prefix4 = value;
                            else
                                delete message.prefix4;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.prefix4Length = value;
                            else
                                delete message.prefix4Length;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.prefix6 = value;
                            else
                                delete message.prefix6;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.prefix6Length = value;
                            else
                                delete message.prefix6Length;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for Network
             * @function getTypeUrl
             * @memberof hopwire.v1.Network
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            Network.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.Network";
            };

            return Network;
        })();

        /**
         * Role enum.
         * @name hopwire.v1.Role
         * @enum {number}
         * @property {number} ROLE_MEMBER=0 ROLE_MEMBER value
         * @property {number} ROLE_ADMIN=1 ROLE_ADMIN value
         */
        v1.Role = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "ROLE_MEMBER"] = 0;
            values[valuesById[1] = "ROLE_ADMIN"] = 1;
            return values;
        })();

        v1.Member = (function() {

            /**
             * Properties of a Member.
             * @typedef {Object} hopwire.v1.Member.$Properties
             * @property {string|null} [name] Member name
             * @property {Uint8Array|null} [identityKey] Member identityKey
             * @property {Uint8Array|null} [wireguardKey] Member wireguardKey
             * @property {Uint8Array|null} [exchangeKey] Member exchangeKey
             * @property {Uint8Array|null} [address4] Member address4
             * @property {Uint8Array|null} [address6] Member address6
             * @property {Array.<hopwire.v1.Role>|null} [roles] Member roles
             * @property {Uint8Array|null} [predecessor] Member predecessor
             * @property {Uint8Array|null} [origin] Member origin
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Member.
             * @memberof hopwire.v1
             * @interface IMember
             * @augments hopwire.v1.Member.$Properties
             * @deprecated Use hopwire.v1.Member.$Properties instead.
             */

            /**
             * Shape of a Member.
             * @typedef {hopwire.v1.Member.$Properties} hopwire.v1.Member.$Shape
             */

            /**
             * Constructs a new Member.
             * @memberof hopwire.v1
             * @classdesc Represents a Member.
             * @constructor
             * @param {hopwire.v1.Member.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Member = function (properties) {
                this.roles = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Member name.
             * @member {string} name
             * @memberof hopwire.v1.Member
             * @instance
             */
            Member.prototype.name = "";

            /**
             * Member identityKey.
             * @member {Uint8Array} identityKey
             * @memberof hopwire.v1.Member
             * @instance
             */
            Member.prototype.identityKey = $util.newBuffer([]);

            /**
             * Member wireguardKey.
             * @member {Uint8Array} wireguardKey
             * @memberof hopwire.v1.Member
             * @instance
             */
            Member.prototype.wireguardKey = $util.newBuffer([]);

            /**
             * Member exchangeKey.
             * @member {Uint8Array} exchangeKey
             * @memberof hopwire.v1.Member
             * @instance
             */
            Member.prototype.exchangeKey = $util.newBuffer([]);

            /**
             * Member address4.
             * @member {Uint8Array} address4
             * @memberof hopwire.v1.Member
             * @instance
             */
            Member.prototype.address4 = $util.newBuffer([]);

            /**
             * Member address6.
             * @member {Uint8Array} address6
             * @memberof hopwire.v1.Member
             * @instance
             */
            Member.prototype.address6 = $util.newBuffer([]);

            /**
             * Member roles.
             * @member {Array.<hopwire.v1.Role>} roles
             * @memberof hopwire.v1.Member
             * @instance
             */
            Member.prototype.roles = $util.emptyArray;

            /**
             * Member predecessor.
             * @member {Uint8Array} predecessor
             * @memberof hopwire.v1.Member
             * @instance
             */
            Member.prototype.predecessor = $util.newBuffer([]);

            /**
             * Member origin.
             * @member {Uint8Array} origin
             * @memberof hopwire.v1.Member
             * @instance
             */
            Member.prototype.origin = $util.newBuffer([]);

            /**
             * Encodes the specified Member message. Does not implicitly {@link hopwire.v1.Member.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.Member
             * @static
             * @param {hopwire.v1.Member.$Properties} message Member message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Member.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.name);
                if (message.identityKey != null && $Object.hasOwnProperty.call(message, "identityKey") && message.identityKey.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.identityKey);
                if (message.wireguardKey != null && $Object.hasOwnProperty.call(message, "wireguardKey") && message.wireguardKey.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.wireguardKey);
                if (message.exchangeKey != null && $Object.hasOwnProperty.call(message, "exchangeKey") && message.exchangeKey.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).bytes(message.exchangeKey);
                if (message.address4 != null && $Object.hasOwnProperty.call(message, "address4") && message.address4.length)
                    writer.uint32(/* id 5, wireType 2 =*/42).bytes(message.address4);
                if (message.address6 != null && $Object.hasOwnProperty.call(message, "address6") && message.address6.length)
                    writer.uint32(/* id 6, wireType 2 =*/50).bytes(message.address6);
                if (message.roles != null && message.roles.length)
                    writer.uint32(/* id 7, wireType 2 =*/58).int32s(message.roles);
                if (message.predecessor != null && $Object.hasOwnProperty.call(message, "predecessor") && message.predecessor.length)
                    writer.uint32(/* id 8, wireType 2 =*/66).bytes(message.predecessor);
                if (message.origin != null && $Object.hasOwnProperty.call(message, "origin") && message.origin.length)
                    writer.uint32(/* id 9, wireType 2 =*/74).bytes(message.origin);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Member message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.Member
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.Member & hopwire.v1.Member.$Shape} Member
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Member.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.Member();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.name = value;
                            else
                                delete message.name;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.identityKey = value;
                            else
                                delete message.identityKey;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.wireguardKey = value;
                            else
                                delete message.wireguardKey;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.exchangeKey = value;
                            else
                                delete message.exchangeKey;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.address4 = value;
                            else
                                delete message.address4;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.address6 = value;
                            else
                                delete message.address6;
                            continue;
                        }
                    case 7: {
                            if (wireType === 2) {
                                if (!(message.roles && message.roles.length))
                                    message.roles = [];
                                reader.int32s(message.roles);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.roles && message.roles.length))
                                message.roles = [];
                            message.roles.push(reader.int32());
                            continue;
                        }
                    case 8: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.predecessor = value;
                            else
                                delete message.predecessor;
                            continue;
                        }
                    case 9: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.origin = value;
                            else
                                delete message.origin;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for Member
             * @function getTypeUrl
             * @memberof hopwire.v1.Member
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            Member.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.Member";
            };

            return Member;
        })();

        v1.Revocation = (function() {

            /**
             * Properties of a Revocation.
             * @typedef {Object} hopwire.v1.Revocation.$Properties
             * @property {Uint8Array|null} [member] Revocation member
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Revocation.
             * @memberof hopwire.v1
             * @interface IRevocation
             * @augments hopwire.v1.Revocation.$Properties
             * @deprecated Use hopwire.v1.Revocation.$Properties instead.
             */

            /**
             * Shape of a Revocation.
             * @typedef {hopwire.v1.Revocation.$Properties} hopwire.v1.Revocation.$Shape
             */

            /**
             * Constructs a new Revocation.
             * @memberof hopwire.v1
             * @classdesc Represents a Revocation.
             * @constructor
             * @param {hopwire.v1.Revocation.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Revocation = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Revocation member.
             * @member {Uint8Array} member
             * @memberof hopwire.v1.Revocation
             * @instance
             */
            Revocation.prototype.member = $util.newBuffer([]);

            /**
             * Encodes the specified Revocation message. Does not implicitly {@link hopwire.v1.Revocation.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.Revocation
             * @static
             * @param {hopwire.v1.Revocation.$Properties} message Revocation message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Revocation.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.member != null && $Object.hasOwnProperty.call(message, "member") && message.member.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.member);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Revocation message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.Revocation
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.Revocation & hopwire.v1.Revocation.$Shape} Revocation
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Revocation.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.Revocation();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.member = value;
                            else
                                delete message.member;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for Revocation
             * @function getTypeUrl
             * @memberof hopwire.v1.Revocation
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            Revocation.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.Revocation";
            };

            return Revocation;
        })();

        v1.RelayAnnouncement = (function() {

            /**
             * Properties of a RelayAnnouncement.
             * @typedef {Object} hopwire.v1.RelayAnnouncement.$Properties
             * @property {Array.<hopwire.v1.RelayEndpoint.$Properties>|null} [endpoints] RelayAnnouncement endpoints
             * @property {number|null} [capacity] RelayAnnouncement capacity
             * @property {number|null} [loadPermille] RelayAnnouncement loadPermille
             * @property {string|null} [region] RelayAnnouncement region
             * @property {number|null} [bandwidthBps] RelayAnnouncement bandwidthBps
             * @property {string|null} [version] RelayAnnouncement version
             * @property {boolean|null} [draining] RelayAnnouncement draining
             * @property {Array.<string>|null} [allow] RelayAnnouncement allow
             * @property {string|null} [schedule] RelayAnnouncement schedule
             * @property {number|null} [quotaBytes] RelayAnnouncement quotaBytes
             * @property {string|null} [forwarder] RelayAnnouncement forwarder
             * @property {boolean|null} [closed] RelayAnnouncement closed
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a RelayAnnouncement.
             * @memberof hopwire.v1
             * @interface IRelayAnnouncement
             * @augments hopwire.v1.RelayAnnouncement.$Properties
             * @deprecated Use hopwire.v1.RelayAnnouncement.$Properties instead.
             */

            /**
             * Shape of a RelayAnnouncement.
             * @typedef {hopwire.v1.RelayAnnouncement.$Properties} hopwire.v1.RelayAnnouncement.$Shape
             */

            /**
             * Constructs a new RelayAnnouncement.
             * @memberof hopwire.v1
             * @classdesc Represents a RelayAnnouncement.
             * @constructor
             * @param {hopwire.v1.RelayAnnouncement.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const RelayAnnouncement = function (properties) {
                this.endpoints = [];
                this.allow = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * RelayAnnouncement endpoints.
             * @member {Array.<hopwire.v1.RelayEndpoint.$Properties>} endpoints
             * @memberof hopwire.v1.RelayAnnouncement
             * @instance
             */
            RelayAnnouncement.prototype.endpoints = $util.emptyArray;

            /**
             * RelayAnnouncement capacity.
             * @member {number} capacity
             * @memberof hopwire.v1.RelayAnnouncement
             * @instance
             */
            RelayAnnouncement.prototype.capacity = 0;

            /**
             * RelayAnnouncement loadPermille.
             * @member {number} loadPermille
             * @memberof hopwire.v1.RelayAnnouncement
             * @instance
             */
            RelayAnnouncement.prototype.loadPermille = 0;

            /**
             * RelayAnnouncement region.
             * @member {string} region
             * @memberof hopwire.v1.RelayAnnouncement
             * @instance
             */
            RelayAnnouncement.prototype.region = "";

            /**
             * RelayAnnouncement bandwidthBps.
             * @member {number} bandwidthBps
             * @memberof hopwire.v1.RelayAnnouncement
             * @instance
             */
            RelayAnnouncement.prototype.bandwidthBps = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * RelayAnnouncement version.
             * @member {string} version
             * @memberof hopwire.v1.RelayAnnouncement
             * @instance
             */
            RelayAnnouncement.prototype.version = "";

            /**
             * RelayAnnouncement draining.
             * @member {boolean} draining
             * @memberof hopwire.v1.RelayAnnouncement
             * @instance
             */
            RelayAnnouncement.prototype.draining = false;

            /**
             * RelayAnnouncement allow.
             * @member {Array.<string>} allow
             * @memberof hopwire.v1.RelayAnnouncement
             * @instance
             */
            RelayAnnouncement.prototype.allow = $util.emptyArray;

            /**
             * RelayAnnouncement schedule.
             * @member {string} schedule
             * @memberof hopwire.v1.RelayAnnouncement
             * @instance
             */
            RelayAnnouncement.prototype.schedule = "";

            /**
             * RelayAnnouncement quotaBytes.
             * @member {number} quotaBytes
             * @memberof hopwire.v1.RelayAnnouncement
             * @instance
             */
            RelayAnnouncement.prototype.quotaBytes = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * RelayAnnouncement forwarder.
             * @member {string} forwarder
             * @memberof hopwire.v1.RelayAnnouncement
             * @instance
             */
            RelayAnnouncement.prototype.forwarder = "";

            /**
             * RelayAnnouncement closed.
             * @member {boolean} closed
             * @memberof hopwire.v1.RelayAnnouncement
             * @instance
             */
            RelayAnnouncement.prototype.closed = false;

            /**
             * Encodes the specified RelayAnnouncement message. Does not implicitly {@link hopwire.v1.RelayAnnouncement.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.RelayAnnouncement
             * @static
             * @param {hopwire.v1.RelayAnnouncement.$Properties} message RelayAnnouncement message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            RelayAnnouncement.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.endpoints != null && message.endpoints.length)
                    for (let i = 0; i < message.endpoints.length; ++i)
                        $root.hopwire.v1.RelayEndpoint.encode(message.endpoints[i], writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.capacity != null && $Object.hasOwnProperty.call(message, "capacity") && message.capacity !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.capacity);
                if (message.loadPermille != null && $Object.hasOwnProperty.call(message, "loadPermille") && message.loadPermille !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.loadPermille);
                if (message.region != null && $Object.hasOwnProperty.call(message, "region") && message.region !== "")
                    writer.uint32(/* id 4, wireType 2 =*/34).string(message.region);
                if (message.bandwidthBps != null && $Object.hasOwnProperty.call(message, "bandwidthBps") && (typeof message.bandwidthBps === "object" ? message.bandwidthBps.low || message.bandwidthBps.high : message.bandwidthBps !== 0))
                    writer.uint32(/* id 5, wireType 0 =*/40).uint64(message.bandwidthBps);
                if (message.version != null && $Object.hasOwnProperty.call(message, "version") && message.version !== "")
                    writer.uint32(/* id 6, wireType 2 =*/50).string(message.version);
                if (message.draining != null && $Object.hasOwnProperty.call(message, "draining") && message.draining !== false)
                    writer.uint32(/* id 7, wireType 0 =*/56).bool(message.draining);
                if (message.allow != null && message.allow.length)
                    for (let i = 0; i < message.allow.length; ++i)
                        writer.uint32(/* id 8, wireType 2 =*/66).string(message.allow[i]);
                if (message.schedule != null && $Object.hasOwnProperty.call(message, "schedule") && message.schedule !== "")
                    writer.uint32(/* id 9, wireType 2 =*/74).string(message.schedule);
                if (message.quotaBytes != null && $Object.hasOwnProperty.call(message, "quotaBytes") && (typeof message.quotaBytes === "object" ? message.quotaBytes.low || message.quotaBytes.high : message.quotaBytes !== 0))
                    writer.uint32(/* id 10, wireType 0 =*/80).uint64(message.quotaBytes);
                if (message.forwarder != null && $Object.hasOwnProperty.call(message, "forwarder") && message.forwarder !== "")
                    writer.uint32(/* id 11, wireType 2 =*/90).string(message.forwarder);
                if (message.closed != null && $Object.hasOwnProperty.call(message, "closed") && message.closed !== false)
                    writer.uint32(/* id 12, wireType 0 =*/96).bool(message.closed);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a RelayAnnouncement message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.RelayAnnouncement
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.RelayAnnouncement & hopwire.v1.RelayAnnouncement.$Shape} RelayAnnouncement
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            RelayAnnouncement.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.RelayAnnouncement();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if (!(message.endpoints && message.endpoints.length))
                                message.endpoints = [];
                            message.endpoints.push($root.hopwire.v1.RelayEndpoint.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.capacity = value;
                            else
                                delete message.capacity;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.loadPermille = value;
                            else
                                delete message.loadPermille;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.region = value;
                            else
                                delete message.region;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.bandwidthBps = value;
                            else
                                delete message.bandwidthBps;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.version = value;
                            else
                                delete message.version;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.draining = value;
                            else
                                delete message.draining;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 2)
                                break;
                            if (!(message.allow && message.allow.length))
                                message.allow = [];
                            message.allow.push(reader.stringVerify());
                            continue;
                        }
                    case 9: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.schedule = value;
                            else
                                delete message.schedule;
                            continue;
                        }
                    case 10: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.quotaBytes = value;
                            else
                                delete message.quotaBytes;
                            continue;
                        }
                    case 11: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.forwarder = value;
                            else
                                delete message.forwarder;
                            continue;
                        }
                    case 12: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.closed = value;
                            else
                                delete message.closed;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for RelayAnnouncement
             * @function getTypeUrl
             * @memberof hopwire.v1.RelayAnnouncement
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            RelayAnnouncement.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.RelayAnnouncement";
            };

            return RelayAnnouncement;
        })();

        v1.RelayEndpoint = (function() {

            /**
             * Properties of a RelayEndpoint.
             * @typedef {Object} hopwire.v1.RelayEndpoint.$Properties
             * @property {string|null} [carrier] RelayEndpoint carrier
             * @property {string|null} [endpoint] RelayEndpoint endpoint
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a RelayEndpoint.
             * @memberof hopwire.v1
             * @interface IRelayEndpoint
             * @augments hopwire.v1.RelayEndpoint.$Properties
             * @deprecated Use hopwire.v1.RelayEndpoint.$Properties instead.
             */

            /**
             * Shape of a RelayEndpoint.
             * @typedef {hopwire.v1.RelayEndpoint.$Properties} hopwire.v1.RelayEndpoint.$Shape
             */

            /**
             * Constructs a new RelayEndpoint.
             * @memberof hopwire.v1
             * @classdesc Represents a RelayEndpoint.
             * @constructor
             * @param {hopwire.v1.RelayEndpoint.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const RelayEndpoint = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * RelayEndpoint carrier.
             * @member {string} carrier
             * @memberof hopwire.v1.RelayEndpoint
             * @instance
             */
            RelayEndpoint.prototype.carrier = "";

            /**
             * RelayEndpoint endpoint.
             * @member {string} endpoint
             * @memberof hopwire.v1.RelayEndpoint
             * @instance
             */
            RelayEndpoint.prototype.endpoint = "";

            /**
             * Encodes the specified RelayEndpoint message. Does not implicitly {@link hopwire.v1.RelayEndpoint.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.RelayEndpoint
             * @static
             * @param {hopwire.v1.RelayEndpoint.$Properties} message RelayEndpoint message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            RelayEndpoint.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.carrier != null && $Object.hasOwnProperty.call(message, "carrier") && message.carrier !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.carrier);
                if (message.endpoint != null && $Object.hasOwnProperty.call(message, "endpoint") && message.endpoint !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.endpoint);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a RelayEndpoint message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.RelayEndpoint
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.RelayEndpoint & hopwire.v1.RelayEndpoint.$Shape} RelayEndpoint
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            RelayEndpoint.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.RelayEndpoint();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.carrier = value;
                            else
                                delete message.carrier;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.endpoint = value;
                            else
                                delete message.endpoint;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for RelayEndpoint
             * @function getTypeUrl
             * @memberof hopwire.v1.RelayEndpoint
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            RelayEndpoint.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.RelayEndpoint";
            };

            return RelayEndpoint;
        })();

        v1.Endpoints = (function() {

            /**
             * Properties of an Endpoints.
             * @typedef {Object} hopwire.v1.Endpoints.$Properties
             * @property {Array.<Uint8Array>|null} [homeRelays] Endpoints homeRelays
             * @property {Array.<string>|null} [publicEndpoints] Endpoints publicEndpoints
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an Endpoints.
             * @memberof hopwire.v1
             * @interface IEndpoints
             * @augments hopwire.v1.Endpoints.$Properties
             * @deprecated Use hopwire.v1.Endpoints.$Properties instead.
             */

            /**
             * Shape of an Endpoints.
             * @typedef {hopwire.v1.Endpoints.$Properties} hopwire.v1.Endpoints.$Shape
             */

            /**
             * Constructs a new Endpoints.
             * @memberof hopwire.v1
             * @classdesc Represents an Endpoints.
             * @constructor
             * @param {hopwire.v1.Endpoints.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Endpoints = function (properties) {
                this.homeRelays = [];
                this.publicEndpoints = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Endpoints homeRelays.
             * @member {Array.<Uint8Array>} homeRelays
             * @memberof hopwire.v1.Endpoints
             * @instance
             */
            Endpoints.prototype.homeRelays = $util.emptyArray;

            /**
             * Endpoints publicEndpoints.
             * @member {Array.<string>} publicEndpoints
             * @memberof hopwire.v1.Endpoints
             * @instance
             */
            Endpoints.prototype.publicEndpoints = $util.emptyArray;

            /**
             * Encodes the specified Endpoints message. Does not implicitly {@link hopwire.v1.Endpoints.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.Endpoints
             * @static
             * @param {hopwire.v1.Endpoints.$Properties} message Endpoints message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Endpoints.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.homeRelays != null && message.homeRelays.length)
                    for (let i = 0; i < message.homeRelays.length; ++i)
                        writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.homeRelays[i]);
                if (message.publicEndpoints != null && message.publicEndpoints.length)
                    for (let i = 0; i < message.publicEndpoints.length; ++i)
                        writer.uint32(/* id 2, wireType 2 =*/18).string(message.publicEndpoints[i]);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an Endpoints message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.Endpoints
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.Endpoints & hopwire.v1.Endpoints.$Shape} Endpoints
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Endpoints.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.Endpoints();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if (!(message.homeRelays && message.homeRelays.length))
                                message.homeRelays = [];
                            message.homeRelays.push(reader.bytes());
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if (!(message.publicEndpoints && message.publicEndpoints.length))
                                message.publicEndpoints = [];
                            message.publicEndpoints.push(reader.stringVerify());
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for Endpoints
             * @function getTypeUrl
             * @memberof hopwire.v1.Endpoints
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            Endpoints.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.Endpoints";
            };

            return Endpoints;
        })();

        v1.SecretCommitment = (function() {

            /**
             * Properties of a SecretCommitment.
             * @typedef {Object} hopwire.v1.SecretCommitment.$Properties
             * @property {number|null} [epoch] SecretCommitment epoch
             * @property {Uint8Array|null} [commitment] SecretCommitment commitment
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a SecretCommitment.
             * @memberof hopwire.v1
             * @interface ISecretCommitment
             * @augments hopwire.v1.SecretCommitment.$Properties
             * @deprecated Use hopwire.v1.SecretCommitment.$Properties instead.
             */

            /**
             * Shape of a SecretCommitment.
             * @typedef {hopwire.v1.SecretCommitment.$Properties} hopwire.v1.SecretCommitment.$Shape
             */

            /**
             * Constructs a new SecretCommitment.
             * @memberof hopwire.v1
             * @classdesc Represents a SecretCommitment.
             * @constructor
             * @param {hopwire.v1.SecretCommitment.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const SecretCommitment = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * SecretCommitment epoch.
             * @member {number} epoch
             * @memberof hopwire.v1.SecretCommitment
             * @instance
             */
            SecretCommitment.prototype.epoch = 0;

            /**
             * SecretCommitment commitment.
             * @member {Uint8Array} commitment
             * @memberof hopwire.v1.SecretCommitment
             * @instance
             */
            SecretCommitment.prototype.commitment = $util.newBuffer([]);

            /**
             * Encodes the specified SecretCommitment message. Does not implicitly {@link hopwire.v1.SecretCommitment.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.SecretCommitment
             * @static
             * @param {hopwire.v1.SecretCommitment.$Properties} message SecretCommitment message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            SecretCommitment.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch") && message.epoch !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.epoch);
                if (message.commitment != null && $Object.hasOwnProperty.call(message, "commitment") && message.commitment.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.commitment);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a SecretCommitment message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.SecretCommitment
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.SecretCommitment & hopwire.v1.SecretCommitment.$Shape} SecretCommitment
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            SecretCommitment.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.SecretCommitment();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.epoch = value;
                            else
                                delete message.epoch;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.commitment = value;
                            else
                                delete message.commitment;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for SecretCommitment
             * @function getTypeUrl
             * @memberof hopwire.v1.SecretCommitment
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            SecretCommitment.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.SecretCommitment";
            };

            return SecretCommitment;
        })();

        v1.Invite = (function() {

            /**
             * Properties of an Invite.
             * @typedef {Object} hopwire.v1.Invite.$Properties
             * @property {number|null} [version] Invite version
             * @property {Uint8Array|null} [networkKey] Invite networkKey
             * @property {Uint8Array|null} [issuerWireguardKey] Invite issuerWireguardKey
             * @property {Uint8Array|null} [issuerAddress4] Invite issuerAddress4
             * @property {number|null} [controlPort] Invite controlPort
             * @property {Uint8Array|null} [inviteId] Invite inviteId
             * @property {Uint8Array|null} [temporaryKey] Invite temporaryKey
             * @property {Uint8Array|null} [temporaryAddress4] Invite temporaryAddress4
             * @property {number|null} [expiresAtMs] Invite expiresAtMs
             * @property {Array.<string>|null} [endpoints] Invite endpoints
             * @property {string|null} [memberName] Invite memberName
             * @property {Array.<Uint8Array>|null} [ways] Invite ways
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an Invite.
             * @memberof hopwire.v1
             * @interface IInvite
             * @augments hopwire.v1.Invite.$Properties
             * @deprecated Use hopwire.v1.Invite.$Properties instead.
             */

            /**
             * Shape of an Invite.
             * @typedef {hopwire.v1.Invite.$Properties} hopwire.v1.Invite.$Shape
             */

            /**
             * Constructs a new Invite.
             * @memberof hopwire.v1
             * @classdesc Represents an Invite.
             * @constructor
             * @param {hopwire.v1.Invite.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Invite = function (properties) {
                this.endpoints = [];
                this.ways = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Invite version.
             * @member {number} version
             * @memberof hopwire.v1.Invite
             * @instance
             */
            Invite.prototype.version = 0;

            /**
             * Invite networkKey.
             * @member {Uint8Array} networkKey
             * @memberof hopwire.v1.Invite
             * @instance
             */
            Invite.prototype.networkKey = $util.newBuffer([]);

            /**
             * Invite issuerWireguardKey.
             * @member {Uint8Array} issuerWireguardKey
             * @memberof hopwire.v1.Invite
             * @instance
             */
            Invite.prototype.issuerWireguardKey = $util.newBuffer([]);

            /**
             * Invite issuerAddress4.
             * @member {Uint8Array} issuerAddress4
             * @memberof hopwire.v1.Invite
             * @instance
             */
            Invite.prototype.issuerAddress4 = $util.newBuffer([]);

            /**
             * Invite controlPort.
             * @member {number} controlPort
             * @memberof hopwire.v1.Invite
             * @instance
             */
            Invite.prototype.controlPort = 0;

            /**
             * Invite inviteId.
             * @member {Uint8Array} inviteId
             * @memberof hopwire.v1.Invite
             * @instance
             */
            Invite.prototype.inviteId = $util.newBuffer([]);

            /**
             * Invite temporaryKey.
             * @member {Uint8Array} temporaryKey
             * @memberof hopwire.v1.Invite
             * @instance
             */
            Invite.prototype.temporaryKey = $util.newBuffer([]);

            /**
             * Invite temporaryAddress4.
             * @member {Uint8Array} temporaryAddress4
             * @memberof hopwire.v1.Invite
             * @instance
             */
            Invite.prototype.temporaryAddress4 = $util.newBuffer([]);

            /**
             * Invite expiresAtMs.
             * @member {number} expiresAtMs
             * @memberof hopwire.v1.Invite
             * @instance
             */
            Invite.prototype.expiresAtMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Invite endpoints.
             * @member {Array.<string>} endpoints
             * @memberof hopwire.v1.Invite
             * @instance
             */
            Invite.prototype.endpoints = $util.emptyArray;

            /**
             * Invite memberName.
             * @member {string} memberName
             * @memberof hopwire.v1.Invite
             * @instance
             */
            Invite.prototype.memberName = "";

            /**
             * Invite ways.
             * @member {Array.<Uint8Array>} ways
             * @memberof hopwire.v1.Invite
             * @instance
             */
            Invite.prototype.ways = $util.emptyArray;

            /**
             * Encodes the specified Invite message. Does not implicitly {@link hopwire.v1.Invite.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.Invite
             * @static
             * @param {hopwire.v1.Invite.$Properties} message Invite message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Invite.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.version != null && $Object.hasOwnProperty.call(message, "version") && message.version !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.version);
                if (message.networkKey != null && $Object.hasOwnProperty.call(message, "networkKey") && message.networkKey.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.networkKey);
                if (message.issuerWireguardKey != null && $Object.hasOwnProperty.call(message, "issuerWireguardKey") && message.issuerWireguardKey.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.issuerWireguardKey);
                if (message.issuerAddress4 != null && $Object.hasOwnProperty.call(message, "issuerAddress4") && message.issuerAddress4.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).bytes(message.issuerAddress4);
                if (message.controlPort != null && $Object.hasOwnProperty.call(message, "controlPort") && message.controlPort !== 0)
                    writer.uint32(/* id 5, wireType 0 =*/40).uint32(message.controlPort);
                if (message.inviteId != null && $Object.hasOwnProperty.call(message, "inviteId") && message.inviteId.length)
                    writer.uint32(/* id 6, wireType 2 =*/50).bytes(message.inviteId);
                if (message.temporaryKey != null && $Object.hasOwnProperty.call(message, "temporaryKey") && message.temporaryKey.length)
                    writer.uint32(/* id 7, wireType 2 =*/58).bytes(message.temporaryKey);
                if (message.temporaryAddress4 != null && $Object.hasOwnProperty.call(message, "temporaryAddress4") && message.temporaryAddress4.length)
                    writer.uint32(/* id 8, wireType 2 =*/66).bytes(message.temporaryAddress4);
                if (message.expiresAtMs != null && $Object.hasOwnProperty.call(message, "expiresAtMs") && (typeof message.expiresAtMs === "object" ? message.expiresAtMs.low || message.expiresAtMs.high : message.expiresAtMs !== 0))
                    writer.uint32(/* id 9, wireType 0 =*/72).uint64(message.expiresAtMs);
                if (message.endpoints != null && message.endpoints.length)
                    for (let i = 0; i < message.endpoints.length; ++i)
                        writer.uint32(/* id 10, wireType 2 =*/82).string(message.endpoints[i]);
                if (message.memberName != null && $Object.hasOwnProperty.call(message, "memberName") && message.memberName !== "")
                    writer.uint32(/* id 11, wireType 2 =*/90).string(message.memberName);
                if (message.ways != null && message.ways.length)
                    for (let i = 0; i < message.ways.length; ++i)
                        writer.uint32(/* id 12, wireType 2 =*/98).bytes(message.ways[i]);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an Invite message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.Invite
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.Invite & hopwire.v1.Invite.$Shape} Invite
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Invite.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.Invite();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.version = value;
                            else
                                delete message.version;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.networkKey = value;
                            else
                                delete message.networkKey;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.issuerWireguardKey = value;
                            else
                                delete message.issuerWireguardKey;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.issuerAddress4 = value;
                            else
                                delete message.issuerAddress4;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.controlPort = value;
                            else
                                delete message.controlPort;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.inviteId = value;
                            else
                                delete message.inviteId;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.temporaryKey = value;
                            else
                                delete message.temporaryKey;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.temporaryAddress4 = value;
                            else
                                delete message.temporaryAddress4;
                            continue;
                        }
                    case 9: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.expiresAtMs = value;
                            else
                                delete message.expiresAtMs;
                            continue;
                        }
                    case 10: {
                            if (wireType !== 2)
                                break;
                            if (!(message.endpoints && message.endpoints.length))
                                message.endpoints = [];
                            message.endpoints.push(reader.stringVerify());
                            continue;
                        }
                    case 11: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.memberName = value;
                            else
                                delete message.memberName;
                            continue;
                        }
                    case 12: {
                            if (wireType !== 2)
                                break;
                            if (!(message.ways && message.ways.length))
                                message.ways = [];
                            message.ways.push(reader.bytes());
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for Invite
             * @function getTypeUrl
             * @memberof hopwire.v1.Invite
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            Invite.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.Invite";
            };

            return Invite;
        })();

        v1.ControlFrame = (function() {

            /**
             * Properties of a ControlFrame.
             * @typedef {Object} hopwire.v1.ControlFrame.$Properties
             * @property {hopwire.v1.Hello.$Properties|null} [hello] ControlFrame hello
             * @property {hopwire.v1.HelloProof.$Properties|null} [helloProof] ControlFrame helloProof
             * @property {hopwire.v1.Ping.$Properties|null} [ping] ControlFrame ping
             * @property {hopwire.v1.Pong.$Properties|null} [pong] ControlFrame pong
             * @property {hopwire.v1.Request.$Properties|null} [request] ControlFrame request
             * @property {hopwire.v1.Response.$Properties|null} [response] ControlFrame response
             * @property {hopwire.v1.Notification.$Properties|null} [notification] ControlFrame notification
             * @property {"hello"|"helloProof"|"ping"|"pong"|"request"|"response"|"notification"} [body] ControlFrame body
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a ControlFrame.
             * @memberof hopwire.v1
             * @interface IControlFrame
             * @augments hopwire.v1.ControlFrame.$Properties
             * @deprecated Use hopwire.v1.ControlFrame.$Properties instead.
             */

            /**
             * Narrowed shape of a ControlFrame.
             * @typedef {{
             *   hello?: hopwire.v1.Hello.$Shape|null;
             *   helloProof?: hopwire.v1.HelloProof.$Shape|null;
             *   ping?: hopwire.v1.Ping.$Shape|null;
             *   pong?: hopwire.v1.Pong.$Shape|null;
             *   request?: hopwire.v1.Request.$Shape|null;
             *   response?: hopwire.v1.Response.$Shape|null;
             *   notification?: hopwire.v1.Notification.$Shape|null;
             *   $unknowns?: Array.<Uint8Array>;
             * } & (
             *   ({ body?: undefined; hello?: null; helloProof?: null; ping?: null; pong?: null; request?: null; response?: null; notification?: null }|{ body?: "hello"; hello: hopwire.v1.Hello.$Shape; helloProof?: null; ping?: null; pong?: null; request?: null; response?: null; notification?: null }|{ body?: "helloProof"; hello?: null; helloProof: hopwire.v1.HelloProof.$Shape; ping?: null; pong?: null; request?: null; response?: null; notification?: null }|{ body?: "ping"; hello?: null; helloProof?: null; ping: hopwire.v1.Ping.$Shape; pong?: null; request?: null; response?: null; notification?: null }|{ body?: "pong"; hello?: null; helloProof?: null; ping?: null; pong: hopwire.v1.Pong.$Shape; request?: null; response?: null; notification?: null }|{ body?: "request"; hello?: null; helloProof?: null; ping?: null; pong?: null; request: hopwire.v1.Request.$Shape; response?: null; notification?: null }|{ body?: "response"; hello?: null; helloProof?: null; ping?: null; pong?: null; request?: null; response: hopwire.v1.Response.$Shape; notification?: null }|{ body?: "notification"; hello?: null; helloProof?: null; ping?: null; pong?: null; request?: null; response?: null; notification: hopwire.v1.Notification.$Shape })
             * )} hopwire.v1.ControlFrame.$Shape
             */

            /**
             * Constructs a new ControlFrame.
             * @memberof hopwire.v1
             * @classdesc Represents a ControlFrame.
             * @constructor
             * @param {hopwire.v1.ControlFrame.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const ControlFrame = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * ControlFrame hello.
             * @member {hopwire.v1.Hello.$Properties|null|undefined} hello
             * @memberof hopwire.v1.ControlFrame
             * @instance
             */
            ControlFrame.prototype.hello = null;

            /**
             * ControlFrame helloProof.
             * @member {hopwire.v1.HelloProof.$Properties|null|undefined} helloProof
             * @memberof hopwire.v1.ControlFrame
             * @instance
             */
            ControlFrame.prototype.helloProof = null;

            /**
             * ControlFrame ping.
             * @member {hopwire.v1.Ping.$Properties|null|undefined} ping
             * @memberof hopwire.v1.ControlFrame
             * @instance
             */
            ControlFrame.prototype.ping = null;

            /**
             * ControlFrame pong.
             * @member {hopwire.v1.Pong.$Properties|null|undefined} pong
             * @memberof hopwire.v1.ControlFrame
             * @instance
             */
            ControlFrame.prototype.pong = null;

            /**
             * ControlFrame request.
             * @member {hopwire.v1.Request.$Properties|null|undefined} request
             * @memberof hopwire.v1.ControlFrame
             * @instance
             */
            ControlFrame.prototype.request = null;

            /**
             * ControlFrame response.
             * @member {hopwire.v1.Response.$Properties|null|undefined} response
             * @memberof hopwire.v1.ControlFrame
             * @instance
             */
            ControlFrame.prototype.response = null;

            /**
             * ControlFrame notification.
             * @member {hopwire.v1.Notification.$Properties|null|undefined} notification
             * @memberof hopwire.v1.ControlFrame
             * @instance
             */
            ControlFrame.prototype.notification = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            /**
             * ControlFrame body.
             * @member {"hello"|"helloProof"|"ping"|"pong"|"request"|"response"|"notification"|undefined} body
             * @memberof hopwire.v1.ControlFrame
             * @instance
             */
            $Object.defineProperty(ControlFrame.prototype, "body", {
                get: $util.oneOfGetter($oneOfFields = ["hello", "helloProof", "ping", "pong", "request", "response", "notification"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified ControlFrame message. Does not implicitly {@link hopwire.v1.ControlFrame.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.ControlFrame
             * @static
             * @param {hopwire.v1.ControlFrame.$Properties} message ControlFrame message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            ControlFrame.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.hello != null && $Object.hasOwnProperty.call(message, "hello"))
                    $root.hopwire.v1.Hello.encode(message.hello, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.helloProof != null && $Object.hasOwnProperty.call(message, "helloProof"))
                    $root.hopwire.v1.HelloProof.encode(message.helloProof, writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.ping != null && $Object.hasOwnProperty.call(message, "ping"))
                    $root.hopwire.v1.Ping.encode(message.ping, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.pong != null && $Object.hasOwnProperty.call(message, "pong"))
                    $root.hopwire.v1.Pong.encode(message.pong, writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.request != null && $Object.hasOwnProperty.call(message, "request"))
                    $root.hopwire.v1.Request.encode(message.request, writer.uint32(/* id 5, wireType 2 =*/42).fork(), _depth + 1).ldelim();
                if (message.response != null && $Object.hasOwnProperty.call(message, "response"))
                    $root.hopwire.v1.Response.encode(message.response, writer.uint32(/* id 6, wireType 2 =*/50).fork(), _depth + 1).ldelim();
                if (message.notification != null && $Object.hasOwnProperty.call(message, "notification"))
                    $root.hopwire.v1.Notification.encode(message.notification, writer.uint32(/* id 7, wireType 2 =*/58).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a ControlFrame message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.ControlFrame
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.ControlFrame & hopwire.v1.ControlFrame.$Shape} ControlFrame
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            ControlFrame.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.ControlFrame();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            message.hello = $root.hopwire.v1.Hello.decode(reader, reader.size(), $undefined, _depth + 1, message.hello);
                            message.body = "hello";
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.helloProof = $root.hopwire.v1.HelloProof.decode(reader, reader.size(), $undefined, _depth + 1, message.helloProof);
                            message.body = "helloProof";
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.ping = $root.hopwire.v1.Ping.decode(reader, reader.size(), $undefined, _depth + 1, message.ping);
                            message.body = "ping";
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            message.pong = $root.hopwire.v1.Pong.decode(reader, reader.size(), $undefined, _depth + 1, message.pong);
                            message.body = "pong";
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            message.request = $root.hopwire.v1.Request.decode(reader, reader.size(), $undefined, _depth + 1, message.request);
                            message.body = "request";
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            message.response = $root.hopwire.v1.Response.decode(reader, reader.size(), $undefined, _depth + 1, message.response);
                            message.body = "response";
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            message.notification = $root.hopwire.v1.Notification.decode(reader, reader.size(), $undefined, _depth + 1, message.notification);
                            message.body = "notification";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for ControlFrame
             * @function getTypeUrl
             * @memberof hopwire.v1.ControlFrame
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            ControlFrame.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.ControlFrame";
            };

            return ControlFrame;
        })();

        v1.Hello = (function() {

            /**
             * Properties of a Hello.
             * @typedef {Object} hopwire.v1.Hello.$Properties
             * @property {number|null} [version] Hello version
             * @property {Uint8Array|null} [network] Hello network
             * @property {Uint8Array|null} [member] Hello member
             * @property {Uint8Array|null} [nonce] Hello nonce
             * @property {number|null} [wallMs] Hello wallMs
             * @property {string|null} [agentVersion] Hello agentVersion
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Hello.
             * @memberof hopwire.v1
             * @interface IHello
             * @augments hopwire.v1.Hello.$Properties
             * @deprecated Use hopwire.v1.Hello.$Properties instead.
             */

            /**
             * Shape of a Hello.
             * @typedef {hopwire.v1.Hello.$Properties} hopwire.v1.Hello.$Shape
             */

            /**
             * Constructs a new Hello.
             * @memberof hopwire.v1
             * @classdesc Represents a Hello.
             * @constructor
             * @param {hopwire.v1.Hello.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Hello = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Hello version.
             * @member {number} version
             * @memberof hopwire.v1.Hello
             * @instance
             */
            Hello.prototype.version = 0;

            /**
             * Hello network.
             * @member {Uint8Array} network
             * @memberof hopwire.v1.Hello
             * @instance
             */
            Hello.prototype.network = $util.newBuffer([]);

            /**
             * Hello member.
             * @member {Uint8Array} member
             * @memberof hopwire.v1.Hello
             * @instance
             */
            Hello.prototype.member = $util.newBuffer([]);

            /**
             * Hello nonce.
             * @member {Uint8Array} nonce
             * @memberof hopwire.v1.Hello
             * @instance
             */
            Hello.prototype.nonce = $util.newBuffer([]);

            /**
             * Hello wallMs.
             * @member {number} wallMs
             * @memberof hopwire.v1.Hello
             * @instance
             */
            Hello.prototype.wallMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Hello agentVersion.
             * @member {string} agentVersion
             * @memberof hopwire.v1.Hello
             * @instance
             */
            Hello.prototype.agentVersion = "";

            /**
             * Encodes the specified Hello message. Does not implicitly {@link hopwire.v1.Hello.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.Hello
             * @static
             * @param {hopwire.v1.Hello.$Properties} message Hello message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Hello.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.version != null && $Object.hasOwnProperty.call(message, "version") && message.version !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.version);
                if (message.network != null && $Object.hasOwnProperty.call(message, "network") && message.network.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.network);
                if (message.member != null && $Object.hasOwnProperty.call(message, "member") && message.member.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.member);
                if (message.nonce != null && $Object.hasOwnProperty.call(message, "nonce") && message.nonce.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).bytes(message.nonce);
                if (message.wallMs != null && $Object.hasOwnProperty.call(message, "wallMs") && (typeof message.wallMs === "object" ? message.wallMs.low || message.wallMs.high : message.wallMs !== 0))
                    writer.uint32(/* id 5, wireType 0 =*/40).uint64(message.wallMs);
                if (message.agentVersion != null && $Object.hasOwnProperty.call(message, "agentVersion") && message.agentVersion !== "")
                    writer.uint32(/* id 6, wireType 2 =*/50).string(message.agentVersion);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Hello message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.Hello
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.Hello & hopwire.v1.Hello.$Shape} Hello
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Hello.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.Hello();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.version = value;
                            else
                                delete message.version;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.network = value;
                            else
                                delete message.network;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.member = value;
                            else
                                delete message.member;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.nonce = value;
                            else
                                delete message.nonce;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.wallMs = value;
                            else
                                delete message.wallMs;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.agentVersion = value;
                            else
                                delete message.agentVersion;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for Hello
             * @function getTypeUrl
             * @memberof hopwire.v1.Hello
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            Hello.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.Hello";
            };

            return Hello;
        })();

        v1.HelloProof = (function() {

            /**
             * Properties of a HelloProof.
             * @typedef {Object} hopwire.v1.HelloProof.$Properties
             * @property {Uint8Array|null} [signature] HelloProof signature
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a HelloProof.
             * @memberof hopwire.v1
             * @interface IHelloProof
             * @augments hopwire.v1.HelloProof.$Properties
             * @deprecated Use hopwire.v1.HelloProof.$Properties instead.
             */

            /**
             * Shape of a HelloProof.
             * @typedef {hopwire.v1.HelloProof.$Properties} hopwire.v1.HelloProof.$Shape
             */

            /**
             * Constructs a new HelloProof.
             * @memberof hopwire.v1
             * @classdesc Represents a HelloProof.
             * @constructor
             * @param {hopwire.v1.HelloProof.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const HelloProof = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * HelloProof signature.
             * @member {Uint8Array} signature
             * @memberof hopwire.v1.HelloProof
             * @instance
             */
            HelloProof.prototype.signature = $util.newBuffer([]);

            /**
             * Encodes the specified HelloProof message. Does not implicitly {@link hopwire.v1.HelloProof.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.HelloProof
             * @static
             * @param {hopwire.v1.HelloProof.$Properties} message HelloProof message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            HelloProof.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.signature != null && $Object.hasOwnProperty.call(message, "signature") && message.signature.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.signature);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a HelloProof message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.HelloProof
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.HelloProof & hopwire.v1.HelloProof.$Shape} HelloProof
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            HelloProof.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.HelloProof();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.signature = value;
                            else
                                delete message.signature;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for HelloProof
             * @function getTypeUrl
             * @memberof hopwire.v1.HelloProof
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            HelloProof.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.HelloProof";
            };

            return HelloProof;
        })();

        v1.Ping = (function() {

            /**
             * Properties of a Ping.
             * @typedef {Object} hopwire.v1.Ping.$Properties
             * @property {number|null} [id] Ping id
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Ping.
             * @memberof hopwire.v1
             * @interface IPing
             * @augments hopwire.v1.Ping.$Properties
             * @deprecated Use hopwire.v1.Ping.$Properties instead.
             */

            /**
             * Shape of a Ping.
             * @typedef {hopwire.v1.Ping.$Properties} hopwire.v1.Ping.$Shape
             */

            /**
             * Constructs a new Ping.
             * @memberof hopwire.v1
             * @classdesc Represents a Ping.
             * @constructor
             * @param {hopwire.v1.Ping.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Ping = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Ping id.
             * @member {number} id
             * @memberof hopwire.v1.Ping
             * @instance
             */
            Ping.prototype.id = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Encodes the specified Ping message. Does not implicitly {@link hopwire.v1.Ping.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.Ping
             * @static
             * @param {hopwire.v1.Ping.$Properties} message Ping message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Ping.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.id != null && $Object.hasOwnProperty.call(message, "id") && (typeof message.id === "object" ? message.id.low || message.id.high : message.id !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.id);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Ping message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.Ping
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.Ping & hopwire.v1.Ping.$Shape} Ping
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Ping.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.Ping();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.id = value;
                            else
                                delete message.id;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for Ping
             * @function getTypeUrl
             * @memberof hopwire.v1.Ping
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            Ping.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.Ping";
            };

            return Ping;
        })();

        v1.Pong = (function() {

            /**
             * Properties of a Pong.
             * @typedef {Object} hopwire.v1.Pong.$Properties
             * @property {number|null} [id] Pong id
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Pong.
             * @memberof hopwire.v1
             * @interface IPong
             * @augments hopwire.v1.Pong.$Properties
             * @deprecated Use hopwire.v1.Pong.$Properties instead.
             */

            /**
             * Shape of a Pong.
             * @typedef {hopwire.v1.Pong.$Properties} hopwire.v1.Pong.$Shape
             */

            /**
             * Constructs a new Pong.
             * @memberof hopwire.v1
             * @classdesc Represents a Pong.
             * @constructor
             * @param {hopwire.v1.Pong.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Pong = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Pong id.
             * @member {number} id
             * @memberof hopwire.v1.Pong
             * @instance
             */
            Pong.prototype.id = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Encodes the specified Pong message. Does not implicitly {@link hopwire.v1.Pong.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.Pong
             * @static
             * @param {hopwire.v1.Pong.$Properties} message Pong message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Pong.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.id != null && $Object.hasOwnProperty.call(message, "id") && (typeof message.id === "object" ? message.id.low || message.id.high : message.id !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.id);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Pong message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.Pong
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.Pong & hopwire.v1.Pong.$Shape} Pong
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Pong.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.Pong();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.id = value;
                            else
                                delete message.id;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for Pong
             * @function getTypeUrl
             * @memberof hopwire.v1.Pong
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            Pong.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.Pong";
            };

            return Pong;
        })();

        v1.Request = (function() {

            /**
             * Properties of a Request.
             * @typedef {Object} hopwire.v1.Request.$Properties
             * @property {number|null} [id] Request id
             * @property {number|null} [deadlineMs] Request deadlineMs
             * @property {hopwire.v1.Redeem.$Properties|null} [redeem] Request redeem
             * @property {hopwire.v1.Allocate.$Properties|null} [allocate] Request allocate
             * @property {hopwire.v1.Refresh.$Properties|null} [refresh] Request refresh
             * @property {hopwire.v1.Release.$Properties|null} [release] Request release
             * @property {hopwire.v1.Forward.$Properties|null} [forward] Request forward
             * @property {hopwire.v1.SecretRequest.$Properties|null} [secret] Request secret
             * @property {hopwire.v1.ProbeRequest.$Properties|null} [probe] Request probe
             * @property {hopwire.v1.ObserveRequest.$Properties|null} [observe] Request observe
             * @property {hopwire.v1.Certify.$Properties|null} [certify] Request certify
             * @property {"redeem"|"allocate"|"refresh"|"release"|"forward"|"secret"|"probe"|"observe"|"certify"} [body] Request body
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Request.
             * @memberof hopwire.v1
             * @interface IRequest
             * @augments hopwire.v1.Request.$Properties
             * @deprecated Use hopwire.v1.Request.$Properties instead.
             */

            /**
             * Narrowed shape of a Request.
             * @typedef {{
             *   id?: number|null;
             *   deadlineMs?: number|null;
             *   redeem?: hopwire.v1.Redeem.$Shape|null;
             *   allocate?: hopwire.v1.Allocate.$Shape|null;
             *   refresh?: hopwire.v1.Refresh.$Shape|null;
             *   release?: hopwire.v1.Release.$Shape|null;
             *   forward?: hopwire.v1.Forward.$Shape|null;
             *   secret?: hopwire.v1.SecretRequest.$Shape|null;
             *   probe?: hopwire.v1.ProbeRequest.$Shape|null;
             *   observe?: hopwire.v1.ObserveRequest.$Shape|null;
             *   certify?: hopwire.v1.Certify.$Shape|null;
             *   $unknowns?: Array.<Uint8Array>;
             * } & (
             *   ({ body?: undefined; redeem?: null; allocate?: null; refresh?: null; release?: null; forward?: null; secret?: null; probe?: null; observe?: null; certify?: null }|{ body?: "redeem"; redeem: hopwire.v1.Redeem.$Shape; allocate?: null; refresh?: null; release?: null; forward?: null; secret?: null; probe?: null; observe?: null; certify?: null }|{ body?: "allocate"; redeem?: null; allocate: hopwire.v1.Allocate.$Shape; refresh?: null; release?: null; forward?: null; secret?: null; probe?: null; observe?: null; certify?: null }|{ body?: "refresh"; redeem?: null; allocate?: null; refresh: hopwire.v1.Refresh.$Shape; release?: null; forward?: null; secret?: null; probe?: null; observe?: null; certify?: null }|{ body?: "release"; redeem?: null; allocate?: null; refresh?: null; release: hopwire.v1.Release.$Shape; forward?: null; secret?: null; probe?: null; observe?: null; certify?: null }|{ body?: "forward"; redeem?: null; allocate?: null; refresh?: null; release?: null; forward: hopwire.v1.Forward.$Shape; secret?: null; probe?: null; observe?: null; certify?: null }|{ body?: "secret"; redeem?: null; allocate?: null; refresh?: null; release?: null; forward?: null; secret: hopwire.v1.SecretRequest.$Shape; probe?: null; observe?: null; certify?: null }|{ body?: "probe"; redeem?: null; allocate?: null; refresh?: null; release?: null; forward?: null; secret?: null; probe: hopwire.v1.ProbeRequest.$Shape; observe?: null; certify?: null }|{ body?: "observe"; redeem?: null; allocate?: null; refresh?: null; release?: null; forward?: null; secret?: null; probe?: null; observe: hopwire.v1.ObserveRequest.$Shape; certify?: null }|{ body?: "certify"; redeem?: null; allocate?: null; refresh?: null; release?: null; forward?: null; secret?: null; probe?: null; observe?: null; certify: hopwire.v1.Certify.$Shape })
             * )} hopwire.v1.Request.$Shape
             */

            /**
             * Constructs a new Request.
             * @memberof hopwire.v1
             * @classdesc Represents a Request.
             * @constructor
             * @param {hopwire.v1.Request.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Request = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Request id.
             * @member {number} id
             * @memberof hopwire.v1.Request
             * @instance
             */
            Request.prototype.id = 0;

            /**
             * Request deadlineMs.
             * @member {number} deadlineMs
             * @memberof hopwire.v1.Request
             * @instance
             */
            Request.prototype.deadlineMs = 0;

            /**
             * Request redeem.
             * @member {hopwire.v1.Redeem.$Properties|null|undefined} redeem
             * @memberof hopwire.v1.Request
             * @instance
             */
            Request.prototype.redeem = null;

            /**
             * Request allocate.
             * @member {hopwire.v1.Allocate.$Properties|null|undefined} allocate
             * @memberof hopwire.v1.Request
             * @instance
             */
            Request.prototype.allocate = null;

            /**
             * Request refresh.
             * @member {hopwire.v1.Refresh.$Properties|null|undefined} refresh
             * @memberof hopwire.v1.Request
             * @instance
             */
            Request.prototype.refresh = null;

            /**
             * Request release.
             * @member {hopwire.v1.Release.$Properties|null|undefined} release
             * @memberof hopwire.v1.Request
             * @instance
             */
            Request.prototype.release = null;

            /**
             * Request forward.
             * @member {hopwire.v1.Forward.$Properties|null|undefined} forward
             * @memberof hopwire.v1.Request
             * @instance
             */
            Request.prototype.forward = null;

            /**
             * Request secret.
             * @member {hopwire.v1.SecretRequest.$Properties|null|undefined} secret
             * @memberof hopwire.v1.Request
             * @instance
             */
            Request.prototype.secret = null;

            /**
             * Request probe.
             * @member {hopwire.v1.ProbeRequest.$Properties|null|undefined} probe
             * @memberof hopwire.v1.Request
             * @instance
             */
            Request.prototype.probe = null;

            /**
             * Request observe.
             * @member {hopwire.v1.ObserveRequest.$Properties|null|undefined} observe
             * @memberof hopwire.v1.Request
             * @instance
             */
            Request.prototype.observe = null;

            /**
             * Request certify.
             * @member {hopwire.v1.Certify.$Properties|null|undefined} certify
             * @memberof hopwire.v1.Request
             * @instance
             */
            Request.prototype.certify = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            /**
             * Request body.
             * @member {"redeem"|"allocate"|"refresh"|"release"|"forward"|"secret"|"probe"|"observe"|"certify"|undefined} body
             * @memberof hopwire.v1.Request
             * @instance
             */
            $Object.defineProperty(Request.prototype, "body", {
                get: $util.oneOfGetter($oneOfFields = ["redeem", "allocate", "refresh", "release", "forward", "secret", "probe", "observe", "certify"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified Request message. Does not implicitly {@link hopwire.v1.Request.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.Request
             * @static
             * @param {hopwire.v1.Request.$Properties} message Request message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Request.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.id != null && $Object.hasOwnProperty.call(message, "id") && message.id !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.id);
                if (message.deadlineMs != null && $Object.hasOwnProperty.call(message, "deadlineMs") && message.deadlineMs !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.deadlineMs);
                if (message.redeem != null && $Object.hasOwnProperty.call(message, "redeem"))
                    $root.hopwire.v1.Redeem.encode(message.redeem, writer.uint32(/* id 10, wireType 2 =*/82).fork(), _depth + 1).ldelim();
                if (message.allocate != null && $Object.hasOwnProperty.call(message, "allocate"))
                    $root.hopwire.v1.Allocate.encode(message.allocate, writer.uint32(/* id 11, wireType 2 =*/90).fork(), _depth + 1).ldelim();
                if (message.refresh != null && $Object.hasOwnProperty.call(message, "refresh"))
                    $root.hopwire.v1.Refresh.encode(message.refresh, writer.uint32(/* id 12, wireType 2 =*/98).fork(), _depth + 1).ldelim();
                if (message.release != null && $Object.hasOwnProperty.call(message, "release"))
                    $root.hopwire.v1.Release.encode(message.release, writer.uint32(/* id 13, wireType 2 =*/106).fork(), _depth + 1).ldelim();
                if (message.forward != null && $Object.hasOwnProperty.call(message, "forward"))
                    $root.hopwire.v1.Forward.encode(message.forward, writer.uint32(/* id 14, wireType 2 =*/114).fork(), _depth + 1).ldelim();
                if (message.secret != null && $Object.hasOwnProperty.call(message, "secret"))
                    $root.hopwire.v1.SecretRequest.encode(message.secret, writer.uint32(/* id 15, wireType 2 =*/122).fork(), _depth + 1).ldelim();
                if (message.probe != null && $Object.hasOwnProperty.call(message, "probe"))
                    $root.hopwire.v1.ProbeRequest.encode(message.probe, writer.uint32(/* id 16, wireType 2 =*/130).fork(), _depth + 1).ldelim();
                if (message.observe != null && $Object.hasOwnProperty.call(message, "observe"))
                    $root.hopwire.v1.ObserveRequest.encode(message.observe, writer.uint32(/* id 18, wireType 2 =*/146).fork(), _depth + 1).ldelim();
                if (message.certify != null && $Object.hasOwnProperty.call(message, "certify"))
                    $root.hopwire.v1.Certify.encode(message.certify, writer.uint32(/* id 40, wireType 2 =*/322).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Request message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.Request
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.Request & hopwire.v1.Request.$Shape} Request
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Request.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.Request();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.id = value;
                            else
                                delete message.id;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.deadlineMs = value;
                            else
                                delete message.deadlineMs;
                            continue;
                        }
                    case 10: {
                            if (wireType !== 2)
                                break;
                            message.redeem = $root.hopwire.v1.Redeem.decode(reader, reader.size(), $undefined, _depth + 1, message.redeem);
                            message.body = "redeem";
                            continue;
                        }
                    case 11: {
                            if (wireType !== 2)
                                break;
                            message.allocate = $root.hopwire.v1.Allocate.decode(reader, reader.size(), $undefined, _depth + 1, message.allocate);
                            message.body = "allocate";
                            continue;
                        }
                    case 12: {
                            if (wireType !== 2)
                                break;
                            message.refresh = $root.hopwire.v1.Refresh.decode(reader, reader.size(), $undefined, _depth + 1, message.refresh);
                            message.body = "refresh";
                            continue;
                        }
                    case 13: {
                            if (wireType !== 2)
                                break;
                            message.release = $root.hopwire.v1.Release.decode(reader, reader.size(), $undefined, _depth + 1, message.release);
                            message.body = "release";
                            continue;
                        }
                    case 14: {
                            if (wireType !== 2)
                                break;
                            message.forward = $root.hopwire.v1.Forward.decode(reader, reader.size(), $undefined, _depth + 1, message.forward);
                            message.body = "forward";
                            continue;
                        }
                    case 15: {
                            if (wireType !== 2)
                                break;
                            message.secret = $root.hopwire.v1.SecretRequest.decode(reader, reader.size(), $undefined, _depth + 1, message.secret);
                            message.body = "secret";
                            continue;
                        }
                    case 16: {
                            if (wireType !== 2)
                                break;
                            message.probe = $root.hopwire.v1.ProbeRequest.decode(reader, reader.size(), $undefined, _depth + 1, message.probe);
                            message.body = "probe";
                            continue;
                        }
                    case 18: {
                            if (wireType !== 2)
                                break;
                            message.observe = $root.hopwire.v1.ObserveRequest.decode(reader, reader.size(), $undefined, _depth + 1, message.observe);
                            message.body = "observe";
                            continue;
                        }
                    case 40: {
                            if (wireType !== 2)
                                break;
                            message.certify = $root.hopwire.v1.Certify.decode(reader, reader.size(), $undefined, _depth + 1, message.certify);
                            message.body = "certify";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for Request
             * @function getTypeUrl
             * @memberof hopwire.v1.Request
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            Request.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.Request";
            };

            return Request;
        })();

        v1.Response = (function() {

            /**
             * Properties of a Response.
             * @typedef {Object} hopwire.v1.Response.$Properties
             * @property {number|null} [id] Response id
             * @property {hopwire.v1.Failure.$Properties|null} [failure] Response failure
             * @property {hopwire.v1.Redeemed.$Properties|null} [redeemed] Response redeemed
             * @property {hopwire.v1.Allocated.$Properties|null} [allocated] Response allocated
             * @property {hopwire.v1.Refreshed.$Properties|null} [refreshed] Response refreshed
             * @property {hopwire.v1.Released.$Properties|null} [released] Response released
             * @property {hopwire.v1.ForwardAccepted.$Properties|null} [forwardAccepted] Response forwardAccepted
             * @property {hopwire.v1.SecretAnswer.$Properties|null} [secret] Response secret
             * @property {hopwire.v1.Probed.$Properties|null} [probed] Response probed
             * @property {hopwire.v1.Observed.$Properties|null} [observed] Response observed
             * @property {hopwire.v1.Certified.$Properties|null} [certified] Response certified
             * @property {"redeemed"|"allocated"|"refreshed"|"released"|"forwardAccepted"|"secret"|"probed"|"observed"|"certified"} [body] Response body
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Response.
             * @memberof hopwire.v1
             * @interface IResponse
             * @augments hopwire.v1.Response.$Properties
             * @deprecated Use hopwire.v1.Response.$Properties instead.
             */

            /**
             * Narrowed shape of a Response.
             * @typedef {{
             *   id?: number|null;
             *   failure?: hopwire.v1.Failure.$Shape|null;
             *   redeemed?: hopwire.v1.Redeemed.$Shape|null;
             *   allocated?: hopwire.v1.Allocated.$Shape|null;
             *   refreshed?: hopwire.v1.Refreshed.$Shape|null;
             *   released?: hopwire.v1.Released.$Shape|null;
             *   forwardAccepted?: hopwire.v1.ForwardAccepted.$Shape|null;
             *   secret?: hopwire.v1.SecretAnswer.$Shape|null;
             *   probed?: hopwire.v1.Probed.$Shape|null;
             *   observed?: hopwire.v1.Observed.$Shape|null;
             *   certified?: hopwire.v1.Certified.$Shape|null;
             *   $unknowns?: Array.<Uint8Array>;
             * } & (
             *   ({ body?: undefined; redeemed?: null; allocated?: null; refreshed?: null; released?: null; forwardAccepted?: null; secret?: null; probed?: null; observed?: null; certified?: null }|{ body?: "redeemed"; redeemed: hopwire.v1.Redeemed.$Shape; allocated?: null; refreshed?: null; released?: null; forwardAccepted?: null; secret?: null; probed?: null; observed?: null; certified?: null }|{ body?: "allocated"; redeemed?: null; allocated: hopwire.v1.Allocated.$Shape; refreshed?: null; released?: null; forwardAccepted?: null; secret?: null; probed?: null; observed?: null; certified?: null }|{ body?: "refreshed"; redeemed?: null; allocated?: null; refreshed: hopwire.v1.Refreshed.$Shape; released?: null; forwardAccepted?: null; secret?: null; probed?: null; observed?: null; certified?: null }|{ body?: "released"; redeemed?: null; allocated?: null; refreshed?: null; released: hopwire.v1.Released.$Shape; forwardAccepted?: null; secret?: null; probed?: null; observed?: null; certified?: null }|{ body?: "forwardAccepted"; redeemed?: null; allocated?: null; refreshed?: null; released?: null; forwardAccepted: hopwire.v1.ForwardAccepted.$Shape; secret?: null; probed?: null; observed?: null; certified?: null }|{ body?: "secret"; redeemed?: null; allocated?: null; refreshed?: null; released?: null; forwardAccepted?: null; secret: hopwire.v1.SecretAnswer.$Shape; probed?: null; observed?: null; certified?: null }|{ body?: "probed"; redeemed?: null; allocated?: null; refreshed?: null; released?: null; forwardAccepted?: null; secret?: null; probed: hopwire.v1.Probed.$Shape; observed?: null; certified?: null }|{ body?: "observed"; redeemed?: null; allocated?: null; refreshed?: null; released?: null; forwardAccepted?: null; secret?: null; probed?: null; observed: hopwire.v1.Observed.$Shape; certified?: null }|{ body?: "certified"; redeemed?: null; allocated?: null; refreshed?: null; released?: null; forwardAccepted?: null; secret?: null; probed?: null; observed?: null; certified: hopwire.v1.Certified.$Shape })
             * )} hopwire.v1.Response.$Shape
             */

            /**
             * Constructs a new Response.
             * @memberof hopwire.v1
             * @classdesc Represents a Response.
             * @constructor
             * @param {hopwire.v1.Response.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Response = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Response id.
             * @member {number} id
             * @memberof hopwire.v1.Response
             * @instance
             */
            Response.prototype.id = 0;

            /**
             * Response failure.
             * @member {hopwire.v1.Failure.$Properties|null|undefined} failure
             * @memberof hopwire.v1.Response
             * @instance
             */
            Response.prototype.failure = null;

            /**
             * Response redeemed.
             * @member {hopwire.v1.Redeemed.$Properties|null|undefined} redeemed
             * @memberof hopwire.v1.Response
             * @instance
             */
            Response.prototype.redeemed = null;

            /**
             * Response allocated.
             * @member {hopwire.v1.Allocated.$Properties|null|undefined} allocated
             * @memberof hopwire.v1.Response
             * @instance
             */
            Response.prototype.allocated = null;

            /**
             * Response refreshed.
             * @member {hopwire.v1.Refreshed.$Properties|null|undefined} refreshed
             * @memberof hopwire.v1.Response
             * @instance
             */
            Response.prototype.refreshed = null;

            /**
             * Response released.
             * @member {hopwire.v1.Released.$Properties|null|undefined} released
             * @memberof hopwire.v1.Response
             * @instance
             */
            Response.prototype.released = null;

            /**
             * Response forwardAccepted.
             * @member {hopwire.v1.ForwardAccepted.$Properties|null|undefined} forwardAccepted
             * @memberof hopwire.v1.Response
             * @instance
             */
            Response.prototype.forwardAccepted = null;

            /**
             * Response secret.
             * @member {hopwire.v1.SecretAnswer.$Properties|null|undefined} secret
             * @memberof hopwire.v1.Response
             * @instance
             */
            Response.prototype.secret = null;

            /**
             * Response probed.
             * @member {hopwire.v1.Probed.$Properties|null|undefined} probed
             * @memberof hopwire.v1.Response
             * @instance
             */
            Response.prototype.probed = null;

            /**
             * Response observed.
             * @member {hopwire.v1.Observed.$Properties|null|undefined} observed
             * @memberof hopwire.v1.Response
             * @instance
             */
            Response.prototype.observed = null;

            /**
             * Response certified.
             * @member {hopwire.v1.Certified.$Properties|null|undefined} certified
             * @memberof hopwire.v1.Response
             * @instance
             */
            Response.prototype.certified = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            /**
             * Response body.
             * @member {"redeemed"|"allocated"|"refreshed"|"released"|"forwardAccepted"|"secret"|"probed"|"observed"|"certified"|undefined} body
             * @memberof hopwire.v1.Response
             * @instance
             */
            $Object.defineProperty(Response.prototype, "body", {
                get: $util.oneOfGetter($oneOfFields = ["redeemed", "allocated", "refreshed", "released", "forwardAccepted", "secret", "probed", "observed", "certified"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified Response message. Does not implicitly {@link hopwire.v1.Response.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.Response
             * @static
             * @param {hopwire.v1.Response.$Properties} message Response message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Response.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.id != null && $Object.hasOwnProperty.call(message, "id") && message.id !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.id);
                if (message.failure != null && $Object.hasOwnProperty.call(message, "failure"))
                    $root.hopwire.v1.Failure.encode(message.failure, writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.redeemed != null && $Object.hasOwnProperty.call(message, "redeemed"))
                    $root.hopwire.v1.Redeemed.encode(message.redeemed, writer.uint32(/* id 10, wireType 2 =*/82).fork(), _depth + 1).ldelim();
                if (message.allocated != null && $Object.hasOwnProperty.call(message, "allocated"))
                    $root.hopwire.v1.Allocated.encode(message.allocated, writer.uint32(/* id 11, wireType 2 =*/90).fork(), _depth + 1).ldelim();
                if (message.refreshed != null && $Object.hasOwnProperty.call(message, "refreshed"))
                    $root.hopwire.v1.Refreshed.encode(message.refreshed, writer.uint32(/* id 12, wireType 2 =*/98).fork(), _depth + 1).ldelim();
                if (message.released != null && $Object.hasOwnProperty.call(message, "released"))
                    $root.hopwire.v1.Released.encode(message.released, writer.uint32(/* id 13, wireType 2 =*/106).fork(), _depth + 1).ldelim();
                if (message.forwardAccepted != null && $Object.hasOwnProperty.call(message, "forwardAccepted"))
                    $root.hopwire.v1.ForwardAccepted.encode(message.forwardAccepted, writer.uint32(/* id 14, wireType 2 =*/114).fork(), _depth + 1).ldelim();
                if (message.secret != null && $Object.hasOwnProperty.call(message, "secret"))
                    $root.hopwire.v1.SecretAnswer.encode(message.secret, writer.uint32(/* id 15, wireType 2 =*/122).fork(), _depth + 1).ldelim();
                if (message.probed != null && $Object.hasOwnProperty.call(message, "probed"))
                    $root.hopwire.v1.Probed.encode(message.probed, writer.uint32(/* id 16, wireType 2 =*/130).fork(), _depth + 1).ldelim();
                if (message.observed != null && $Object.hasOwnProperty.call(message, "observed"))
                    $root.hopwire.v1.Observed.encode(message.observed, writer.uint32(/* id 18, wireType 2 =*/146).fork(), _depth + 1).ldelim();
                if (message.certified != null && $Object.hasOwnProperty.call(message, "certified"))
                    $root.hopwire.v1.Certified.encode(message.certified, writer.uint32(/* id 40, wireType 2 =*/322).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Response message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.Response
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.Response & hopwire.v1.Response.$Shape} Response
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Response.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.Response();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.id = value;
                            else
                                delete message.id;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.failure = $root.hopwire.v1.Failure.decode(reader, reader.size(), $undefined, _depth + 1, message.failure);
                            continue;
                        }
                    case 10: {
                            if (wireType !== 2)
                                break;
                            message.redeemed = $root.hopwire.v1.Redeemed.decode(reader, reader.size(), $undefined, _depth + 1, message.redeemed);
                            message.body = "redeemed";
                            continue;
                        }
                    case 11: {
                            if (wireType !== 2)
                                break;
                            message.allocated = $root.hopwire.v1.Allocated.decode(reader, reader.size(), $undefined, _depth + 1, message.allocated);
                            message.body = "allocated";
                            continue;
                        }
                    case 12: {
                            if (wireType !== 2)
                                break;
                            message.refreshed = $root.hopwire.v1.Refreshed.decode(reader, reader.size(), $undefined, _depth + 1, message.refreshed);
                            message.body = "refreshed";
                            continue;
                        }
                    case 13: {
                            if (wireType !== 2)
                                break;
                            message.released = $root.hopwire.v1.Released.decode(reader, reader.size(), $undefined, _depth + 1, message.released);
                            message.body = "released";
                            continue;
                        }
                    case 14: {
                            if (wireType !== 2)
                                break;
                            message.forwardAccepted = $root.hopwire.v1.ForwardAccepted.decode(reader, reader.size(), $undefined, _depth + 1, message.forwardAccepted);
                            message.body = "forwardAccepted";
                            continue;
                        }
                    case 15: {
                            if (wireType !== 2)
                                break;
                            message.secret = $root.hopwire.v1.SecretAnswer.decode(reader, reader.size(), $undefined, _depth + 1, message.secret);
                            message.body = "secret";
                            continue;
                        }
                    case 16: {
                            if (wireType !== 2)
                                break;
                            message.probed = $root.hopwire.v1.Probed.decode(reader, reader.size(), $undefined, _depth + 1, message.probed);
                            message.body = "probed";
                            continue;
                        }
                    case 18: {
                            if (wireType !== 2)
                                break;
                            message.observed = $root.hopwire.v1.Observed.decode(reader, reader.size(), $undefined, _depth + 1, message.observed);
                            message.body = "observed";
                            continue;
                        }
                    case 40: {
                            if (wireType !== 2)
                                break;
                            message.certified = $root.hopwire.v1.Certified.decode(reader, reader.size(), $undefined, _depth + 1, message.certified);
                            message.body = "certified";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for Response
             * @function getTypeUrl
             * @memberof hopwire.v1.Response
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            Response.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.Response";
            };

            return Response;
        })();

        v1.Failure = (function() {

            /**
             * Properties of a Failure.
             * @typedef {Object} hopwire.v1.Failure.$Properties
             * @property {string|null} [code] Failure code
             * @property {string|null} [detail] Failure detail
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Failure.
             * @memberof hopwire.v1
             * @interface IFailure
             * @augments hopwire.v1.Failure.$Properties
             * @deprecated Use hopwire.v1.Failure.$Properties instead.
             */

            /**
             * Shape of a Failure.
             * @typedef {hopwire.v1.Failure.$Properties} hopwire.v1.Failure.$Shape
             */

            /**
             * Constructs a new Failure.
             * @memberof hopwire.v1
             * @classdesc Represents a Failure.
             * @constructor
             * @param {hopwire.v1.Failure.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Failure = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Failure code.
             * @member {string} code
             * @memberof hopwire.v1.Failure
             * @instance
             */
            Failure.prototype.code = "";

            /**
             * Failure detail.
             * @member {string} detail
             * @memberof hopwire.v1.Failure
             * @instance
             */
            Failure.prototype.detail = "";

            /**
             * Encodes the specified Failure message. Does not implicitly {@link hopwire.v1.Failure.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.Failure
             * @static
             * @param {hopwire.v1.Failure.$Properties} message Failure message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Failure.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.code != null && $Object.hasOwnProperty.call(message, "code") && message.code !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.code);
                if (message.detail != null && $Object.hasOwnProperty.call(message, "detail") && message.detail !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.detail);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Failure message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.Failure
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.Failure & hopwire.v1.Failure.$Shape} Failure
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Failure.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.Failure();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.code = value;
                            else
                                delete message.code;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.detail = value;
                            else
                                delete message.detail;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for Failure
             * @function getTypeUrl
             * @memberof hopwire.v1.Failure
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            Failure.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.Failure";
            };

            return Failure;
        })();

        v1.Notification = (function() {

            /**
             * Properties of a Notification.
             * @typedef {Object} hopwire.v1.Notification.$Properties
             * @property {hopwire.v1.Digest.$Properties|null} [digest] Notification digest
             * @property {hopwire.v1.Wanted.$Properties|null} [wanted] Notification wanted
             * @property {hopwire.v1.Records.$Properties|null} [records] Notification records
             * @property {hopwire.v1.Forwarded.$Properties|null} [forwarded] Notification forwarded
             * @property {hopwire.v1.Allocated.$Properties|null} [allocationOffer] Notification allocationOffer
             * @property {hopwire.v1.AllocationEnded.$Properties|null} [allocationEnded] Notification allocationEnded
             * @property {hopwire.v1.AllocationWarning.$Properties|null} [allocationWarning] Notification allocationWarning
             * @property {hopwire.v1.Draining.$Properties|null} [draining] Notification draining
             * @property {hopwire.v1.StoreRoot.$Properties|null} [storeRoot] Notification storeRoot
             * @property {hopwire.v1.StoreBuckets.$Properties|null} [storeBuckets] Notification storeBuckets
             * @property {hopwire.v1.Subscription.$Properties|null} [subscription] Notification subscription
             * @property {"digest"|"wanted"|"records"|"forwarded"|"allocationOffer"|"allocationEnded"|"allocationWarning"|"draining"|"storeRoot"|"storeBuckets"|"subscription"} [body] Notification body
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Notification.
             * @memberof hopwire.v1
             * @interface INotification
             * @augments hopwire.v1.Notification.$Properties
             * @deprecated Use hopwire.v1.Notification.$Properties instead.
             */

            /**
             * Narrowed shape of a Notification.
             * @typedef {{
             *   digest?: hopwire.v1.Digest.$Shape|null;
             *   wanted?: hopwire.v1.Wanted.$Shape|null;
             *   records?: hopwire.v1.Records.$Shape|null;
             *   forwarded?: hopwire.v1.Forwarded.$Shape|null;
             *   allocationOffer?: hopwire.v1.Allocated.$Shape|null;
             *   allocationEnded?: hopwire.v1.AllocationEnded.$Shape|null;
             *   allocationWarning?: hopwire.v1.AllocationWarning.$Shape|null;
             *   draining?: hopwire.v1.Draining.$Shape|null;
             *   storeRoot?: hopwire.v1.StoreRoot.$Shape|null;
             *   storeBuckets?: hopwire.v1.StoreBuckets.$Shape|null;
             *   subscription?: hopwire.v1.Subscription.$Shape|null;
             *   $unknowns?: Array.<Uint8Array>;
             * } & (
             *   ({ body?: undefined; digest?: null; wanted?: null; records?: null; forwarded?: null; allocationOffer?: null; allocationEnded?: null; allocationWarning?: null; draining?: null; storeRoot?: null; storeBuckets?: null; subscription?: null }|{ body?: "digest"; digest: hopwire.v1.Digest.$Shape; wanted?: null; records?: null; forwarded?: null; allocationOffer?: null; allocationEnded?: null; allocationWarning?: null; draining?: null; storeRoot?: null; storeBuckets?: null; subscription?: null }|{ body?: "wanted"; digest?: null; wanted: hopwire.v1.Wanted.$Shape; records?: null; forwarded?: null; allocationOffer?: null; allocationEnded?: null; allocationWarning?: null; draining?: null; storeRoot?: null; storeBuckets?: null; subscription?: null }|{ body?: "records"; digest?: null; wanted?: null; records: hopwire.v1.Records.$Shape; forwarded?: null; allocationOffer?: null; allocationEnded?: null; allocationWarning?: null; draining?: null; storeRoot?: null; storeBuckets?: null; subscription?: null }|{ body?: "forwarded"; digest?: null; wanted?: null; records?: null; forwarded: hopwire.v1.Forwarded.$Shape; allocationOffer?: null; allocationEnded?: null; allocationWarning?: null; draining?: null; storeRoot?: null; storeBuckets?: null; subscription?: null }|{ body?: "allocationOffer"; digest?: null; wanted?: null; records?: null; forwarded?: null; allocationOffer: hopwire.v1.Allocated.$Shape; allocationEnded?: null; allocationWarning?: null; draining?: null; storeRoot?: null; storeBuckets?: null; subscription?: null }|{ body?: "allocationEnded"; digest?: null; wanted?: null; records?: null; forwarded?: null; allocationOffer?: null; allocationEnded: hopwire.v1.AllocationEnded.$Shape; allocationWarning?: null; draining?: null; storeRoot?: null; storeBuckets?: null; subscription?: null }|{ body?: "allocationWarning"; digest?: null; wanted?: null; records?: null; forwarded?: null; allocationOffer?: null; allocationEnded?: null; allocationWarning: hopwire.v1.AllocationWarning.$Shape; draining?: null; storeRoot?: null; storeBuckets?: null; subscription?: null }|{ body?: "draining"; digest?: null; wanted?: null; records?: null; forwarded?: null; allocationOffer?: null; allocationEnded?: null; allocationWarning?: null; draining: hopwire.v1.Draining.$Shape; storeRoot?: null; storeBuckets?: null; subscription?: null }|{ body?: "storeRoot"; digest?: null; wanted?: null; records?: null; forwarded?: null; allocationOffer?: null; allocationEnded?: null; allocationWarning?: null; draining?: null; storeRoot: hopwire.v1.StoreRoot.$Shape; storeBuckets?: null; subscription?: null }|{ body?: "storeBuckets"; digest?: null; wanted?: null; records?: null; forwarded?: null; allocationOffer?: null; allocationEnded?: null; allocationWarning?: null; draining?: null; storeRoot?: null; storeBuckets: hopwire.v1.StoreBuckets.$Shape; subscription?: null }|{ body?: "subscription"; digest?: null; wanted?: null; records?: null; forwarded?: null; allocationOffer?: null; allocationEnded?: null; allocationWarning?: null; draining?: null; storeRoot?: null; storeBuckets?: null; subscription: hopwire.v1.Subscription.$Shape })
             * )} hopwire.v1.Notification.$Shape
             */

            /**
             * Constructs a new Notification.
             * @memberof hopwire.v1
             * @classdesc Represents a Notification.
             * @constructor
             * @param {hopwire.v1.Notification.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Notification = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Notification digest.
             * @member {hopwire.v1.Digest.$Properties|null|undefined} digest
             * @memberof hopwire.v1.Notification
             * @instance
             */
            Notification.prototype.digest = null;

            /**
             * Notification wanted.
             * @member {hopwire.v1.Wanted.$Properties|null|undefined} wanted
             * @memberof hopwire.v1.Notification
             * @instance
             */
            Notification.prototype.wanted = null;

            /**
             * Notification records.
             * @member {hopwire.v1.Records.$Properties|null|undefined} records
             * @memberof hopwire.v1.Notification
             * @instance
             */
            Notification.prototype.records = null;

            /**
             * Notification forwarded.
             * @member {hopwire.v1.Forwarded.$Properties|null|undefined} forwarded
             * @memberof hopwire.v1.Notification
             * @instance
             */
            Notification.prototype.forwarded = null;

            /**
             * Notification allocationOffer.
             * @member {hopwire.v1.Allocated.$Properties|null|undefined} allocationOffer
             * @memberof hopwire.v1.Notification
             * @instance
             */
            Notification.prototype.allocationOffer = null;

            /**
             * Notification allocationEnded.
             * @member {hopwire.v1.AllocationEnded.$Properties|null|undefined} allocationEnded
             * @memberof hopwire.v1.Notification
             * @instance
             */
            Notification.prototype.allocationEnded = null;

            /**
             * Notification allocationWarning.
             * @member {hopwire.v1.AllocationWarning.$Properties|null|undefined} allocationWarning
             * @memberof hopwire.v1.Notification
             * @instance
             */
            Notification.prototype.allocationWarning = null;

            /**
             * Notification draining.
             * @member {hopwire.v1.Draining.$Properties|null|undefined} draining
             * @memberof hopwire.v1.Notification
             * @instance
             */
            Notification.prototype.draining = null;

            /**
             * Notification storeRoot.
             * @member {hopwire.v1.StoreRoot.$Properties|null|undefined} storeRoot
             * @memberof hopwire.v1.Notification
             * @instance
             */
            Notification.prototype.storeRoot = null;

            /**
             * Notification storeBuckets.
             * @member {hopwire.v1.StoreBuckets.$Properties|null|undefined} storeBuckets
             * @memberof hopwire.v1.Notification
             * @instance
             */
            Notification.prototype.storeBuckets = null;

            /**
             * Notification subscription.
             * @member {hopwire.v1.Subscription.$Properties|null|undefined} subscription
             * @memberof hopwire.v1.Notification
             * @instance
             */
            Notification.prototype.subscription = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            /**
             * Notification body.
             * @member {"digest"|"wanted"|"records"|"forwarded"|"allocationOffer"|"allocationEnded"|"allocationWarning"|"draining"|"storeRoot"|"storeBuckets"|"subscription"|undefined} body
             * @memberof hopwire.v1.Notification
             * @instance
             */
            $Object.defineProperty(Notification.prototype, "body", {
                get: $util.oneOfGetter($oneOfFields = ["digest", "wanted", "records", "forwarded", "allocationOffer", "allocationEnded", "allocationWarning", "draining", "storeRoot", "storeBuckets", "subscription"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified Notification message. Does not implicitly {@link hopwire.v1.Notification.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.Notification
             * @static
             * @param {hopwire.v1.Notification.$Properties} message Notification message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Notification.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.digest != null && $Object.hasOwnProperty.call(message, "digest"))
                    $root.hopwire.v1.Digest.encode(message.digest, writer.uint32(/* id 10, wireType 2 =*/82).fork(), _depth + 1).ldelim();
                if (message.wanted != null && $Object.hasOwnProperty.call(message, "wanted"))
                    $root.hopwire.v1.Wanted.encode(message.wanted, writer.uint32(/* id 11, wireType 2 =*/90).fork(), _depth + 1).ldelim();
                if (message.records != null && $Object.hasOwnProperty.call(message, "records"))
                    $root.hopwire.v1.Records.encode(message.records, writer.uint32(/* id 12, wireType 2 =*/98).fork(), _depth + 1).ldelim();
                if (message.forwarded != null && $Object.hasOwnProperty.call(message, "forwarded"))
                    $root.hopwire.v1.Forwarded.encode(message.forwarded, writer.uint32(/* id 13, wireType 2 =*/106).fork(), _depth + 1).ldelim();
                if (message.allocationOffer != null && $Object.hasOwnProperty.call(message, "allocationOffer"))
                    $root.hopwire.v1.Allocated.encode(message.allocationOffer, writer.uint32(/* id 14, wireType 2 =*/114).fork(), _depth + 1).ldelim();
                if (message.allocationEnded != null && $Object.hasOwnProperty.call(message, "allocationEnded"))
                    $root.hopwire.v1.AllocationEnded.encode(message.allocationEnded, writer.uint32(/* id 15, wireType 2 =*/122).fork(), _depth + 1).ldelim();
                if (message.allocationWarning != null && $Object.hasOwnProperty.call(message, "allocationWarning"))
                    $root.hopwire.v1.AllocationWarning.encode(message.allocationWarning, writer.uint32(/* id 16, wireType 2 =*/130).fork(), _depth + 1).ldelim();
                if (message.draining != null && $Object.hasOwnProperty.call(message, "draining"))
                    $root.hopwire.v1.Draining.encode(message.draining, writer.uint32(/* id 17, wireType 2 =*/138).fork(), _depth + 1).ldelim();
                if (message.storeRoot != null && $Object.hasOwnProperty.call(message, "storeRoot"))
                    $root.hopwire.v1.StoreRoot.encode(message.storeRoot, writer.uint32(/* id 20, wireType 2 =*/162).fork(), _depth + 1).ldelim();
                if (message.storeBuckets != null && $Object.hasOwnProperty.call(message, "storeBuckets"))
                    $root.hopwire.v1.StoreBuckets.encode(message.storeBuckets, writer.uint32(/* id 21, wireType 2 =*/170).fork(), _depth + 1).ldelim();
                if (message.subscription != null && $Object.hasOwnProperty.call(message, "subscription"))
                    $root.hopwire.v1.Subscription.encode(message.subscription, writer.uint32(/* id 22, wireType 2 =*/178).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Notification message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.Notification
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.Notification & hopwire.v1.Notification.$Shape} Notification
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Notification.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.Notification();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 10: {
                            if (wireType !== 2)
                                break;
                            message.digest = $root.hopwire.v1.Digest.decode(reader, reader.size(), $undefined, _depth + 1, message.digest);
                            message.body = "digest";
                            continue;
                        }
                    case 11: {
                            if (wireType !== 2)
                                break;
                            message.wanted = $root.hopwire.v1.Wanted.decode(reader, reader.size(), $undefined, _depth + 1, message.wanted);
                            message.body = "wanted";
                            continue;
                        }
                    case 12: {
                            if (wireType !== 2)
                                break;
                            message.records = $root.hopwire.v1.Records.decode(reader, reader.size(), $undefined, _depth + 1, message.records);
                            message.body = "records";
                            continue;
                        }
                    case 13: {
                            if (wireType !== 2)
                                break;
                            message.forwarded = $root.hopwire.v1.Forwarded.decode(reader, reader.size(), $undefined, _depth + 1, message.forwarded);
                            message.body = "forwarded";
                            continue;
                        }
                    case 14: {
                            if (wireType !== 2)
                                break;
                            message.allocationOffer = $root.hopwire.v1.Allocated.decode(reader, reader.size(), $undefined, _depth + 1, message.allocationOffer);
                            message.body = "allocationOffer";
                            continue;
                        }
                    case 15: {
                            if (wireType !== 2)
                                break;
                            message.allocationEnded = $root.hopwire.v1.AllocationEnded.decode(reader, reader.size(), $undefined, _depth + 1, message.allocationEnded);
                            message.body = "allocationEnded";
                            continue;
                        }
                    case 16: {
                            if (wireType !== 2)
                                break;
                            message.allocationWarning = $root.hopwire.v1.AllocationWarning.decode(reader, reader.size(), $undefined, _depth + 1, message.allocationWarning);
                            message.body = "allocationWarning";
                            continue;
                        }
                    case 17: {
                            if (wireType !== 2)
                                break;
                            message.draining = $root.hopwire.v1.Draining.decode(reader, reader.size(), $undefined, _depth + 1, message.draining);
                            message.body = "draining";
                            continue;
                        }
                    case 20: {
                            if (wireType !== 2)
                                break;
                            message.storeRoot = $root.hopwire.v1.StoreRoot.decode(reader, reader.size(), $undefined, _depth + 1, message.storeRoot);
                            message.body = "storeRoot";
                            continue;
                        }
                    case 21: {
                            if (wireType !== 2)
                                break;
                            message.storeBuckets = $root.hopwire.v1.StoreBuckets.decode(reader, reader.size(), $undefined, _depth + 1, message.storeBuckets);
                            message.body = "storeBuckets";
                            continue;
                        }
                    case 22: {
                            if (wireType !== 2)
                                break;
                            message.subscription = $root.hopwire.v1.Subscription.decode(reader, reader.size(), $undefined, _depth + 1, message.subscription);
                            message.body = "subscription";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for Notification
             * @function getTypeUrl
             * @memberof hopwire.v1.Notification
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            Notification.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.Notification";
            };

            return Notification;
        })();

        v1.StoreRoot = (function() {

            /**
             * Properties of a StoreRoot.
             * @typedef {Object} hopwire.v1.StoreRoot.$Properties
             * @property {Uint8Array|null} [hash] StoreRoot hash
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a StoreRoot.
             * @memberof hopwire.v1
             * @interface IStoreRoot
             * @augments hopwire.v1.StoreRoot.$Properties
             * @deprecated Use hopwire.v1.StoreRoot.$Properties instead.
             */

            /**
             * Shape of a StoreRoot.
             * @typedef {hopwire.v1.StoreRoot.$Properties} hopwire.v1.StoreRoot.$Shape
             */

            /**
             * Constructs a new StoreRoot.
             * @memberof hopwire.v1
             * @classdesc Represents a StoreRoot.
             * @constructor
             * @param {hopwire.v1.StoreRoot.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const StoreRoot = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * StoreRoot hash.
             * @member {Uint8Array} hash
             * @memberof hopwire.v1.StoreRoot
             * @instance
             */
            StoreRoot.prototype.hash = $util.newBuffer([]);

            /**
             * Encodes the specified StoreRoot message. Does not implicitly {@link hopwire.v1.StoreRoot.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.StoreRoot
             * @static
             * @param {hopwire.v1.StoreRoot.$Properties} message StoreRoot message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            StoreRoot.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.hash != null && $Object.hasOwnProperty.call(message, "hash") && message.hash.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.hash);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a StoreRoot message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.StoreRoot
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.StoreRoot & hopwire.v1.StoreRoot.$Shape} StoreRoot
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            StoreRoot.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.StoreRoot();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.hash = value;
                            else
                                delete message.hash;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for StoreRoot
             * @function getTypeUrl
             * @memberof hopwire.v1.StoreRoot
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            StoreRoot.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.StoreRoot";
            };

            return StoreRoot;
        })();

        v1.StoreBuckets = (function() {

            /**
             * Properties of a StoreBuckets.
             * @typedef {Object} hopwire.v1.StoreBuckets.$Properties
             * @property {Uint8Array|null} [hashes] StoreBuckets hashes
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a StoreBuckets.
             * @memberof hopwire.v1
             * @interface IStoreBuckets
             * @augments hopwire.v1.StoreBuckets.$Properties
             * @deprecated Use hopwire.v1.StoreBuckets.$Properties instead.
             */

            /**
             * Shape of a StoreBuckets.
             * @typedef {hopwire.v1.StoreBuckets.$Properties} hopwire.v1.StoreBuckets.$Shape
             */

            /**
             * Constructs a new StoreBuckets.
             * @memberof hopwire.v1
             * @classdesc Represents a StoreBuckets.
             * @constructor
             * @param {hopwire.v1.StoreBuckets.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const StoreBuckets = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * StoreBuckets hashes.
             * @member {Uint8Array} hashes
             * @memberof hopwire.v1.StoreBuckets
             * @instance
             */
            StoreBuckets.prototype.hashes = $util.newBuffer([]);

            /**
             * Encodes the specified StoreBuckets message. Does not implicitly {@link hopwire.v1.StoreBuckets.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.StoreBuckets
             * @static
             * @param {hopwire.v1.StoreBuckets.$Properties} message StoreBuckets message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            StoreBuckets.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.hashes != null && $Object.hasOwnProperty.call(message, "hashes") && message.hashes.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.hashes);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a StoreBuckets message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.StoreBuckets
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.StoreBuckets & hopwire.v1.StoreBuckets.$Shape} StoreBuckets
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            StoreBuckets.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.StoreBuckets();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.hashes = value;
                            else
                                delete message.hashes;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for StoreBuckets
             * @function getTypeUrl
             * @memberof hopwire.v1.StoreBuckets
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            StoreBuckets.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.StoreBuckets";
            };

            return StoreBuckets;
        })();

        v1.Digest = (function() {

            /**
             * Properties of a Digest.
             * @typedef {Object} hopwire.v1.Digest.$Properties
             * @property {Array.<hopwire.v1.DigestEntry.$Properties>|null} [entries] Digest entries
             * @property {Uint8Array|null} [buckets] Digest buckets
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Digest.
             * @memberof hopwire.v1
             * @interface IDigest
             * @augments hopwire.v1.Digest.$Properties
             * @deprecated Use hopwire.v1.Digest.$Properties instead.
             */

            /**
             * Shape of a Digest.
             * @typedef {hopwire.v1.Digest.$Properties} hopwire.v1.Digest.$Shape
             */

            /**
             * Constructs a new Digest.
             * @memberof hopwire.v1
             * @classdesc Represents a Digest.
             * @constructor
             * @param {hopwire.v1.Digest.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Digest = function (properties) {
                this.entries = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Digest entries.
             * @member {Array.<hopwire.v1.DigestEntry.$Properties>} entries
             * @memberof hopwire.v1.Digest
             * @instance
             */
            Digest.prototype.entries = $util.emptyArray;

            /**
             * Digest buckets.
             * @member {Uint8Array} buckets
             * @memberof hopwire.v1.Digest
             * @instance
             */
            Digest.prototype.buckets = $util.newBuffer([]);

            /**
             * Encodes the specified Digest message. Does not implicitly {@link hopwire.v1.Digest.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.Digest
             * @static
             * @param {hopwire.v1.Digest.$Properties} message Digest message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Digest.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.entries != null && message.entries.length)
                    for (let i = 0; i < message.entries.length; ++i)
                        $root.hopwire.v1.DigestEntry.encode(message.entries[i], writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.buckets != null && $Object.hasOwnProperty.call(message, "buckets") && message.buckets.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.buckets);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Digest message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.Digest
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.Digest & hopwire.v1.Digest.$Shape} Digest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Digest.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.Digest();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if (!(message.entries && message.entries.length))
                                message.entries = [];
                            message.entries.push($root.hopwire.v1.DigestEntry.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.buckets = value;
                            else
                                delete message.buckets;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for Digest
             * @function getTypeUrl
             * @memberof hopwire.v1.Digest
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            Digest.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.Digest";
            };

            return Digest;
        })();

        v1.Subscription = (function() {

            /**
             * Properties of a Subscription.
             * @typedef {Object} hopwire.v1.Subscription.$Properties
             * @property {boolean|null} [wanted] Subscription wanted
             * @property {boolean|null} [overloaded] Subscription overloaded
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Subscription.
             * @memberof hopwire.v1
             * @interface ISubscription
             * @augments hopwire.v1.Subscription.$Properties
             * @deprecated Use hopwire.v1.Subscription.$Properties instead.
             */

            /**
             * Shape of a Subscription.
             * @typedef {hopwire.v1.Subscription.$Properties} hopwire.v1.Subscription.$Shape
             */

            /**
             * Constructs a new Subscription.
             * @memberof hopwire.v1
             * @classdesc Represents a Subscription.
             * @constructor
             * @param {hopwire.v1.Subscription.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Subscription = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Subscription wanted.
             * @member {boolean} wanted
             * @memberof hopwire.v1.Subscription
             * @instance
             */
            Subscription.prototype.wanted = false;

            /**
             * Subscription overloaded.
             * @member {boolean} overloaded
             * @memberof hopwire.v1.Subscription
             * @instance
             */
            Subscription.prototype.overloaded = false;

            /**
             * Encodes the specified Subscription message. Does not implicitly {@link hopwire.v1.Subscription.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.Subscription
             * @static
             * @param {hopwire.v1.Subscription.$Properties} message Subscription message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Subscription.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.wanted != null && $Object.hasOwnProperty.call(message, "wanted") && message.wanted !== false)
                    writer.uint32(/* id 1, wireType 0 =*/8).bool(message.wanted);
                if (message.overloaded != null && $Object.hasOwnProperty.call(message, "overloaded") && message.overloaded !== false)
                    writer.uint32(/* id 2, wireType 0 =*/16).bool(message.overloaded);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Subscription message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.Subscription
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.Subscription & hopwire.v1.Subscription.$Shape} Subscription
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Subscription.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.Subscription();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.wanted = value;
                            else
                                delete message.wanted;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.overloaded = value;
                            else
                                delete message.overloaded;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for Subscription
             * @function getTypeUrl
             * @memberof hopwire.v1.Subscription
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            Subscription.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.Subscription";
            };

            return Subscription;
        })();

        v1.DigestEntry = (function() {

            /**
             * Properties of a DigestEntry.
             * @typedef {Object} hopwire.v1.DigestEntry.$Properties
             * @property {Uint8Array|null} [slot] DigestEntry slot
             * @property {number|null} [sequence] DigestEntry sequence
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a DigestEntry.
             * @memberof hopwire.v1
             * @interface IDigestEntry
             * @augments hopwire.v1.DigestEntry.$Properties
             * @deprecated Use hopwire.v1.DigestEntry.$Properties instead.
             */

            /**
             * Shape of a DigestEntry.
             * @typedef {hopwire.v1.DigestEntry.$Properties} hopwire.v1.DigestEntry.$Shape
             */

            /**
             * Constructs a new DigestEntry.
             * @memberof hopwire.v1
             * @classdesc Represents a DigestEntry.
             * @constructor
             * @param {hopwire.v1.DigestEntry.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const DigestEntry = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * DigestEntry slot.
             * @member {Uint8Array} slot
             * @memberof hopwire.v1.DigestEntry
             * @instance
             */
            DigestEntry.prototype.slot = $util.newBuffer([]);

            /**
             * DigestEntry sequence.
             * @member {number} sequence
             * @memberof hopwire.v1.DigestEntry
             * @instance
             */
            DigestEntry.prototype.sequence = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Encodes the specified DigestEntry message. Does not implicitly {@link hopwire.v1.DigestEntry.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.DigestEntry
             * @static
             * @param {hopwire.v1.DigestEntry.$Properties} message DigestEntry message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            DigestEntry.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.slot != null && $Object.hasOwnProperty.call(message, "slot") && message.slot.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.slot);
                if (message.sequence != null && $Object.hasOwnProperty.call(message, "sequence") && (typeof message.sequence === "object" ? message.sequence.low || message.sequence.high : message.sequence !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.sequence);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a DigestEntry message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.DigestEntry
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.DigestEntry & hopwire.v1.DigestEntry.$Shape} DigestEntry
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            DigestEntry.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.DigestEntry();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.slot = value;
                            else
                                delete message.slot;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.sequence = value;
                            else
                                delete message.sequence;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for DigestEntry
             * @function getTypeUrl
             * @memberof hopwire.v1.DigestEntry
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            DigestEntry.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.DigestEntry";
            };

            return DigestEntry;
        })();

        v1.Wanted = (function() {

            /**
             * Properties of a Wanted.
             * @typedef {Object} hopwire.v1.Wanted.$Properties
             * @property {Array.<Uint8Array>|null} [slots] Wanted slots
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Wanted.
             * @memberof hopwire.v1
             * @interface IWanted
             * @augments hopwire.v1.Wanted.$Properties
             * @deprecated Use hopwire.v1.Wanted.$Properties instead.
             */

            /**
             * Shape of a Wanted.
             * @typedef {hopwire.v1.Wanted.$Properties} hopwire.v1.Wanted.$Shape
             */

            /**
             * Constructs a new Wanted.
             * @memberof hopwire.v1
             * @classdesc Represents a Wanted.
             * @constructor
             * @param {hopwire.v1.Wanted.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Wanted = function (properties) {
                this.slots = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Wanted slots.
             * @member {Array.<Uint8Array>} slots
             * @memberof hopwire.v1.Wanted
             * @instance
             */
            Wanted.prototype.slots = $util.emptyArray;

            /**
             * Encodes the specified Wanted message. Does not implicitly {@link hopwire.v1.Wanted.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.Wanted
             * @static
             * @param {hopwire.v1.Wanted.$Properties} message Wanted message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Wanted.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.slots != null && message.slots.length)
                    for (let i = 0; i < message.slots.length; ++i)
                        writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.slots[i]);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Wanted message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.Wanted
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.Wanted & hopwire.v1.Wanted.$Shape} Wanted
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Wanted.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.Wanted();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if (!(message.slots && message.slots.length))
                                message.slots = [];
                            message.slots.push(reader.bytes());
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for Wanted
             * @function getTypeUrl
             * @memberof hopwire.v1.Wanted
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            Wanted.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.Wanted";
            };

            return Wanted;
        })();

        v1.Records = (function() {

            /**
             * Properties of a Records.
             * @typedef {Object} hopwire.v1.Records.$Properties
             * @property {Array.<Uint8Array>|null} [records] Records records
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Records.
             * @memberof hopwire.v1
             * @interface IRecords
             * @augments hopwire.v1.Records.$Properties
             * @deprecated Use hopwire.v1.Records.$Properties instead.
             */

            /**
             * Shape of a Records.
             * @typedef {hopwire.v1.Records.$Properties} hopwire.v1.Records.$Shape
             */

            /**
             * Constructs a new Records.
             * @memberof hopwire.v1
             * @classdesc Represents a Records.
             * @constructor
             * @param {hopwire.v1.Records.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Records = function (properties) {
                this.records = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Records records.
             * @member {Array.<Uint8Array>} records
             * @memberof hopwire.v1.Records
             * @instance
             */
            Records.prototype.records = $util.emptyArray;

            /**
             * Encodes the specified Records message. Does not implicitly {@link hopwire.v1.Records.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.Records
             * @static
             * @param {hopwire.v1.Records.$Properties} message Records message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Records.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.records != null && message.records.length)
                    for (let i = 0; i < message.records.length; ++i)
                        writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.records[i]);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Records message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.Records
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.Records & hopwire.v1.Records.$Shape} Records
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Records.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.Records();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if (!(message.records && message.records.length))
                                message.records = [];
                            message.records.push(reader.bytes());
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for Records
             * @function getTypeUrl
             * @memberof hopwire.v1.Records
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            Records.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.Records";
            };

            return Records;
        })();

        v1.Redeem = (function() {

            /**
             * Properties of a Redeem.
             * @typedef {Object} hopwire.v1.Redeem.$Properties
             * @property {Uint8Array|null} [inviteId] Redeem inviteId
             * @property {Uint8Array|null} [identityKey] Redeem identityKey
             * @property {Uint8Array|null} [wireguardKey] Redeem wireguardKey
             * @property {Uint8Array|null} [exchangeKey] Redeem exchangeKey
             * @property {Uint8Array|null} [signature] Redeem signature
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Redeem.
             * @memberof hopwire.v1
             * @interface IRedeem
             * @augments hopwire.v1.Redeem.$Properties
             * @deprecated Use hopwire.v1.Redeem.$Properties instead.
             */

            /**
             * Shape of a Redeem.
             * @typedef {hopwire.v1.Redeem.$Properties} hopwire.v1.Redeem.$Shape
             */

            /**
             * Constructs a new Redeem.
             * @memberof hopwire.v1
             * @classdesc Represents a Redeem.
             * @constructor
             * @param {hopwire.v1.Redeem.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Redeem = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Redeem inviteId.
             * @member {Uint8Array} inviteId
             * @memberof hopwire.v1.Redeem
             * @instance
             */
            Redeem.prototype.inviteId = $util.newBuffer([]);

            /**
             * Redeem identityKey.
             * @member {Uint8Array} identityKey
             * @memberof hopwire.v1.Redeem
             * @instance
             */
            Redeem.prototype.identityKey = $util.newBuffer([]);

            /**
             * Redeem wireguardKey.
             * @member {Uint8Array} wireguardKey
             * @memberof hopwire.v1.Redeem
             * @instance
             */
            Redeem.prototype.wireguardKey = $util.newBuffer([]);

            /**
             * Redeem exchangeKey.
             * @member {Uint8Array} exchangeKey
             * @memberof hopwire.v1.Redeem
             * @instance
             */
            Redeem.prototype.exchangeKey = $util.newBuffer([]);

            /**
             * Redeem signature.
             * @member {Uint8Array} signature
             * @memberof hopwire.v1.Redeem
             * @instance
             */
            Redeem.prototype.signature = $util.newBuffer([]);

            /**
             * Encodes the specified Redeem message. Does not implicitly {@link hopwire.v1.Redeem.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.Redeem
             * @static
             * @param {hopwire.v1.Redeem.$Properties} message Redeem message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Redeem.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.inviteId != null && $Object.hasOwnProperty.call(message, "inviteId") && message.inviteId.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.inviteId);
                if (message.identityKey != null && $Object.hasOwnProperty.call(message, "identityKey") && message.identityKey.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.identityKey);
                if (message.wireguardKey != null && $Object.hasOwnProperty.call(message, "wireguardKey") && message.wireguardKey.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.wireguardKey);
                if (message.exchangeKey != null && $Object.hasOwnProperty.call(message, "exchangeKey") && message.exchangeKey.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).bytes(message.exchangeKey);
                if (message.signature != null && $Object.hasOwnProperty.call(message, "signature") && message.signature.length)
                    writer.uint32(/* id 5, wireType 2 =*/42).bytes(message.signature);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Redeem message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.Redeem
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.Redeem & hopwire.v1.Redeem.$Shape} Redeem
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Redeem.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.Redeem();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.inviteId = value;
                            else
                                delete message.inviteId;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.identityKey = value;
                            else
                                delete message.identityKey;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.wireguardKey = value;
                            else
                                delete message.wireguardKey;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.exchangeKey = value;
                            else
                                delete message.exchangeKey;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.signature = value;
                            else
                                delete message.signature;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for Redeem
             * @function getTypeUrl
             * @memberof hopwire.v1.Redeem
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            Redeem.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.Redeem";
            };

            return Redeem;
        })();

        v1.Redeemed = (function() {

            /**
             * Properties of a Redeemed.
             * @typedef {Object} hopwire.v1.Redeemed.$Properties
             * @property {Uint8Array|null} [member] Redeemed member
             * @property {Array.<Uint8Array>|null} [records] Redeemed records
             * @property {number|null} [secretEpoch] Redeemed secretEpoch
             * @property {Uint8Array|null} [secret] Redeemed secret
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Redeemed.
             * @memberof hopwire.v1
             * @interface IRedeemed
             * @augments hopwire.v1.Redeemed.$Properties
             * @deprecated Use hopwire.v1.Redeemed.$Properties instead.
             */

            /**
             * Shape of a Redeemed.
             * @typedef {hopwire.v1.Redeemed.$Properties} hopwire.v1.Redeemed.$Shape
             */

            /**
             * Constructs a new Redeemed.
             * @memberof hopwire.v1
             * @classdesc Represents a Redeemed.
             * @constructor
             * @param {hopwire.v1.Redeemed.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Redeemed = function (properties) {
                this.records = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Redeemed member.
             * @member {Uint8Array} member
             * @memberof hopwire.v1.Redeemed
             * @instance
             */
            Redeemed.prototype.member = $util.newBuffer([]);

            /**
             * Redeemed records.
             * @member {Array.<Uint8Array>} records
             * @memberof hopwire.v1.Redeemed
             * @instance
             */
            Redeemed.prototype.records = $util.emptyArray;

            /**
             * Redeemed secretEpoch.
             * @member {number} secretEpoch
             * @memberof hopwire.v1.Redeemed
             * @instance
             */
            Redeemed.prototype.secretEpoch = 0;

            /**
             * Redeemed secret.
             * @member {Uint8Array} secret
             * @memberof hopwire.v1.Redeemed
             * @instance
             */
            Redeemed.prototype.secret = $util.newBuffer([]);

            /**
             * Encodes the specified Redeemed message. Does not implicitly {@link hopwire.v1.Redeemed.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.Redeemed
             * @static
             * @param {hopwire.v1.Redeemed.$Properties} message Redeemed message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Redeemed.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.member != null && $Object.hasOwnProperty.call(message, "member") && message.member.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.member);
                if (message.records != null && message.records.length)
                    for (let i = 0; i < message.records.length; ++i)
                        writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.records[i]);
                if (message.secretEpoch != null && $Object.hasOwnProperty.call(message, "secretEpoch") && message.secretEpoch !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.secretEpoch);
                if (message.secret != null && $Object.hasOwnProperty.call(message, "secret") && message.secret.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).bytes(message.secret);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Redeemed message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.Redeemed
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.Redeemed & hopwire.v1.Redeemed.$Shape} Redeemed
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Redeemed.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.Redeemed();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.member = value;
                            else
                                delete message.member;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if (!(message.records && message.records.length))
                                message.records = [];
                            message.records.push(reader.bytes());
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.secretEpoch = value;
                            else
                                delete message.secretEpoch;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.secret = value;
                            else
                                delete message.secret;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for Redeemed
             * @function getTypeUrl
             * @memberof hopwire.v1.Redeemed
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            Redeemed.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.Redeemed";
            };

            return Redeemed;
        })();

        v1.Certify = (function() {

            /**
             * Properties of a Certify.
             * @typedef {Object} hopwire.v1.Certify.$Properties
             * @property {Uint8Array|null} [identityKey] Certify identityKey
             * @property {Uint8Array|null} [wireguardKey] Certify wireguardKey
             * @property {Uint8Array|null} [exchangeKey] Certify exchangeKey
             * @property {Uint8Array|null} [signature] Certify signature
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Certify.
             * @memberof hopwire.v1
             * @interface ICertify
             * @augments hopwire.v1.Certify.$Properties
             * @deprecated Use hopwire.v1.Certify.$Properties instead.
             */

            /**
             * Shape of a Certify.
             * @typedef {hopwire.v1.Certify.$Properties} hopwire.v1.Certify.$Shape
             */

            /**
             * Constructs a new Certify.
             * @memberof hopwire.v1
             * @classdesc Represents a Certify.
             * @constructor
             * @param {hopwire.v1.Certify.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Certify = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Certify identityKey.
             * @member {Uint8Array} identityKey
             * @memberof hopwire.v1.Certify
             * @instance
             */
            Certify.prototype.identityKey = $util.newBuffer([]);

            /**
             * Certify wireguardKey.
             * @member {Uint8Array} wireguardKey
             * @memberof hopwire.v1.Certify
             * @instance
             */
            Certify.prototype.wireguardKey = $util.newBuffer([]);

            /**
             * Certify exchangeKey.
             * @member {Uint8Array} exchangeKey
             * @memberof hopwire.v1.Certify
             * @instance
             */
            Certify.prototype.exchangeKey = $util.newBuffer([]);

            /**
             * Certify signature.
             * @member {Uint8Array} signature
             * @memberof hopwire.v1.Certify
             * @instance
             */
            Certify.prototype.signature = $util.newBuffer([]);

            /**
             * Encodes the specified Certify message. Does not implicitly {@link hopwire.v1.Certify.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.Certify
             * @static
             * @param {hopwire.v1.Certify.$Properties} message Certify message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Certify.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.identityKey != null && $Object.hasOwnProperty.call(message, "identityKey") && message.identityKey.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.identityKey);
                if (message.wireguardKey != null && $Object.hasOwnProperty.call(message, "wireguardKey") && message.wireguardKey.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.wireguardKey);
                if (message.exchangeKey != null && $Object.hasOwnProperty.call(message, "exchangeKey") && message.exchangeKey.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.exchangeKey);
                if (message.signature != null && $Object.hasOwnProperty.call(message, "signature") && message.signature.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).bytes(message.signature);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Certify message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.Certify
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.Certify & hopwire.v1.Certify.$Shape} Certify
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Certify.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.Certify();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.identityKey = value;
                            else
                                delete message.identityKey;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.wireguardKey = value;
                            else
                                delete message.wireguardKey;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.exchangeKey = value;
                            else
                                delete message.exchangeKey;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.signature = value;
                            else
                                delete message.signature;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for Certify
             * @function getTypeUrl
             * @memberof hopwire.v1.Certify
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            Certify.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.Certify";
            };

            return Certify;
        })();

        v1.Certified = (function() {

            /**
             * Properties of a Certified.
             * @typedef {Object} hopwire.v1.Certified.$Properties
             * @property {Uint8Array|null} [member] Certified member
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Certified.
             * @memberof hopwire.v1
             * @interface ICertified
             * @augments hopwire.v1.Certified.$Properties
             * @deprecated Use hopwire.v1.Certified.$Properties instead.
             */

            /**
             * Shape of a Certified.
             * @typedef {hopwire.v1.Certified.$Properties} hopwire.v1.Certified.$Shape
             */

            /**
             * Constructs a new Certified.
             * @memberof hopwire.v1
             * @classdesc Represents a Certified.
             * @constructor
             * @param {hopwire.v1.Certified.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Certified = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Certified member.
             * @member {Uint8Array} member
             * @memberof hopwire.v1.Certified
             * @instance
             */
            Certified.prototype.member = $util.newBuffer([]);

            /**
             * Encodes the specified Certified message. Does not implicitly {@link hopwire.v1.Certified.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.Certified
             * @static
             * @param {hopwire.v1.Certified.$Properties} message Certified message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Certified.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.member != null && $Object.hasOwnProperty.call(message, "member") && message.member.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.member);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Certified message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.Certified
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.Certified & hopwire.v1.Certified.$Shape} Certified
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Certified.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.Certified();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.member = value;
                            else
                                delete message.member;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for Certified
             * @function getTypeUrl
             * @memberof hopwire.v1.Certified
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            Certified.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.Certified";
            };

            return Certified;
        })();

        v1.Allocate = (function() {

            /**
             * Properties of an Allocate.
             * @typedef {Object} hopwire.v1.Allocate.$Properties
             * @property {string|null} [token] Allocate token
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an Allocate.
             * @memberof hopwire.v1
             * @interface IAllocate
             * @augments hopwire.v1.Allocate.$Properties
             * @deprecated Use hopwire.v1.Allocate.$Properties instead.
             */

            /**
             * Shape of an Allocate.
             * @typedef {hopwire.v1.Allocate.$Properties} hopwire.v1.Allocate.$Shape
             */

            /**
             * Constructs a new Allocate.
             * @memberof hopwire.v1
             * @classdesc Represents an Allocate.
             * @constructor
             * @param {hopwire.v1.Allocate.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Allocate = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Allocate token.
             * @member {string} token
             * @memberof hopwire.v1.Allocate
             * @instance
             */
            Allocate.prototype.token = "";

            /**
             * Encodes the specified Allocate message. Does not implicitly {@link hopwire.v1.Allocate.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.Allocate
             * @static
             * @param {hopwire.v1.Allocate.$Properties} message Allocate message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Allocate.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.token != null && $Object.hasOwnProperty.call(message, "token") && message.token !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.token);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an Allocate message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.Allocate
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.Allocate & hopwire.v1.Allocate.$Shape} Allocate
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Allocate.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.Allocate();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.token = value;
                            else
                                delete message.token;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for Allocate
             * @function getTypeUrl
             * @memberof hopwire.v1.Allocate
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            Allocate.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.Allocate";
            };

            return Allocate;
        })();

        v1.Allocated = (function() {

            /**
             * Properties of an Allocated.
             * @typedef {Object} hopwire.v1.Allocated.$Properties
             * @property {Uint8Array|null} [allocation] Allocated allocation
             * @property {Uint8Array|null} [relay] Allocated relay
             * @property {Uint8Array|null} [peer] Allocated peer
             * @property {Array.<string>|null} [endpoints] Allocated endpoints
             * @property {number|null} [lifetimeSec] Allocated lifetimeSec
             * @property {Uint8Array|null} [legKey] Allocated legKey
             * @property {boolean|null} [legB] Allocated legB
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an Allocated.
             * @memberof hopwire.v1
             * @interface IAllocated
             * @augments hopwire.v1.Allocated.$Properties
             * @deprecated Use hopwire.v1.Allocated.$Properties instead.
             */

            /**
             * Shape of an Allocated.
             * @typedef {hopwire.v1.Allocated.$Properties} hopwire.v1.Allocated.$Shape
             */

            /**
             * Constructs a new Allocated.
             * @memberof hopwire.v1
             * @classdesc Represents an Allocated.
             * @constructor
             * @param {hopwire.v1.Allocated.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Allocated = function (properties) {
                this.endpoints = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Allocated allocation.
             * @member {Uint8Array} allocation
             * @memberof hopwire.v1.Allocated
             * @instance
             */
            Allocated.prototype.allocation = $util.newBuffer([]);

            /**
             * Allocated relay.
             * @member {Uint8Array} relay
             * @memberof hopwire.v1.Allocated
             * @instance
             */
            Allocated.prototype.relay = $util.newBuffer([]);

            /**
             * Allocated peer.
             * @member {Uint8Array} peer
             * @memberof hopwire.v1.Allocated
             * @instance
             */
            Allocated.prototype.peer = $util.newBuffer([]);

            /**
             * Allocated endpoints.
             * @member {Array.<string>} endpoints
             * @memberof hopwire.v1.Allocated
             * @instance
             */
            Allocated.prototype.endpoints = $util.emptyArray;

            /**
             * Allocated lifetimeSec.
             * @member {number} lifetimeSec
             * @memberof hopwire.v1.Allocated
             * @instance
             */
            Allocated.prototype.lifetimeSec = 0;

            /**
             * Allocated legKey.
             * @member {Uint8Array} legKey
             * @memberof hopwire.v1.Allocated
             * @instance
             */
            Allocated.prototype.legKey = $util.newBuffer([]);

            /**
             * Allocated legB.
             * @member {boolean} legB
             * @memberof hopwire.v1.Allocated
             * @instance
             */
            Allocated.prototype.legB = false;

            /**
             * Encodes the specified Allocated message. Does not implicitly {@link hopwire.v1.Allocated.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.Allocated
             * @static
             * @param {hopwire.v1.Allocated.$Properties} message Allocated message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Allocated.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.allocation != null && $Object.hasOwnProperty.call(message, "allocation") && message.allocation.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.allocation);
                if (message.relay != null && $Object.hasOwnProperty.call(message, "relay") && message.relay.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.relay);
                if (message.peer != null && $Object.hasOwnProperty.call(message, "peer") && message.peer.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.peer);
                if (message.endpoints != null && message.endpoints.length)
                    for (let i = 0; i < message.endpoints.length; ++i)
                        writer.uint32(/* id 4, wireType 2 =*/34).string(message.endpoints[i]);
                if (message.lifetimeSec != null && $Object.hasOwnProperty.call(message, "lifetimeSec") && message.lifetimeSec !== 0)
                    writer.uint32(/* id 5, wireType 0 =*/40).uint32(message.lifetimeSec);
                if (message.legKey != null && $Object.hasOwnProperty.call(message, "legKey") && message.legKey.length)
                    writer.uint32(/* id 6, wireType 2 =*/50).bytes(message.legKey);
                if (message.legB != null && $Object.hasOwnProperty.call(message, "legB") && message.legB !== false)
                    writer.uint32(/* id 7, wireType 0 =*/56).bool(message.legB);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an Allocated message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.Allocated
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.Allocated & hopwire.v1.Allocated.$Shape} Allocated
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Allocated.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.Allocated();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.allocation = value;
                            else
                                delete message.allocation;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.relay = value;
                            else
                                delete message.relay;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.peer = value;
                            else
                                delete message.peer;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if (!(message.endpoints && message.endpoints.length))
                                message.endpoints = [];
                            message.endpoints.push(reader.stringVerify());
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.lifetimeSec = value;
                            else
                                delete message.lifetimeSec;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.legKey = value;
                            else
                                delete message.legKey;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.legB = value;
                            else
                                delete message.legB;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for Allocated
             * @function getTypeUrl
             * @memberof hopwire.v1.Allocated
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            Allocated.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.Allocated";
            };

            return Allocated;
        })();

        v1.Refresh = (function() {

            /**
             * Properties of a Refresh.
             * @typedef {Object} hopwire.v1.Refresh.$Properties
             * @property {Uint8Array|null} [allocation] Refresh allocation
             * @property {string|null} [token] Refresh token
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Refresh.
             * @memberof hopwire.v1
             * @interface IRefresh
             * @augments hopwire.v1.Refresh.$Properties
             * @deprecated Use hopwire.v1.Refresh.$Properties instead.
             */

            /**
             * Shape of a Refresh.
             * @typedef {hopwire.v1.Refresh.$Properties} hopwire.v1.Refresh.$Shape
             */

            /**
             * Constructs a new Refresh.
             * @memberof hopwire.v1
             * @classdesc Represents a Refresh.
             * @constructor
             * @param {hopwire.v1.Refresh.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Refresh = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Refresh allocation.
             * @member {Uint8Array} allocation
             * @memberof hopwire.v1.Refresh
             * @instance
             */
            Refresh.prototype.allocation = $util.newBuffer([]);

            /**
             * Refresh token.
             * @member {string} token
             * @memberof hopwire.v1.Refresh
             * @instance
             */
            Refresh.prototype.token = "";

            /**
             * Encodes the specified Refresh message. Does not implicitly {@link hopwire.v1.Refresh.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.Refresh
             * @static
             * @param {hopwire.v1.Refresh.$Properties} message Refresh message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Refresh.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.allocation != null && $Object.hasOwnProperty.call(message, "allocation") && message.allocation.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.allocation);
                if (message.token != null && $Object.hasOwnProperty.call(message, "token") && message.token !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.token);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Refresh message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.Refresh
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.Refresh & hopwire.v1.Refresh.$Shape} Refresh
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Refresh.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.Refresh();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.allocation = value;
                            else
                                delete message.allocation;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.token = value;
                            else
                                delete message.token;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for Refresh
             * @function getTypeUrl
             * @memberof hopwire.v1.Refresh
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            Refresh.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.Refresh";
            };

            return Refresh;
        })();

        v1.Refreshed = (function() {

            /**
             * Properties of a Refreshed.
             * @typedef {Object} hopwire.v1.Refreshed.$Properties
             * @property {number|null} [lifetimeSec] Refreshed lifetimeSec
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Refreshed.
             * @memberof hopwire.v1
             * @interface IRefreshed
             * @augments hopwire.v1.Refreshed.$Properties
             * @deprecated Use hopwire.v1.Refreshed.$Properties instead.
             */

            /**
             * Shape of a Refreshed.
             * @typedef {hopwire.v1.Refreshed.$Properties} hopwire.v1.Refreshed.$Shape
             */

            /**
             * Constructs a new Refreshed.
             * @memberof hopwire.v1
             * @classdesc Represents a Refreshed.
             * @constructor
             * @param {hopwire.v1.Refreshed.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Refreshed = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Refreshed lifetimeSec.
             * @member {number} lifetimeSec
             * @memberof hopwire.v1.Refreshed
             * @instance
             */
            Refreshed.prototype.lifetimeSec = 0;

            /**
             * Encodes the specified Refreshed message. Does not implicitly {@link hopwire.v1.Refreshed.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.Refreshed
             * @static
             * @param {hopwire.v1.Refreshed.$Properties} message Refreshed message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Refreshed.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.lifetimeSec != null && $Object.hasOwnProperty.call(message, "lifetimeSec") && message.lifetimeSec !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.lifetimeSec);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Refreshed message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.Refreshed
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.Refreshed & hopwire.v1.Refreshed.$Shape} Refreshed
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Refreshed.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.Refreshed();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.lifetimeSec = value;
                            else
                                delete message.lifetimeSec;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for Refreshed
             * @function getTypeUrl
             * @memberof hopwire.v1.Refreshed
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            Refreshed.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.Refreshed";
            };

            return Refreshed;
        })();

        v1.Release = (function() {

            /**
             * Properties of a Release.
             * @typedef {Object} hopwire.v1.Release.$Properties
             * @property {Uint8Array|null} [allocation] Release allocation
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Release.
             * @memberof hopwire.v1
             * @interface IRelease
             * @augments hopwire.v1.Release.$Properties
             * @deprecated Use hopwire.v1.Release.$Properties instead.
             */

            /**
             * Shape of a Release.
             * @typedef {hopwire.v1.Release.$Properties} hopwire.v1.Release.$Shape
             */

            /**
             * Constructs a new Release.
             * @memberof hopwire.v1
             * @classdesc Represents a Release.
             * @constructor
             * @param {hopwire.v1.Release.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Release = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Release allocation.
             * @member {Uint8Array} allocation
             * @memberof hopwire.v1.Release
             * @instance
             */
            Release.prototype.allocation = $util.newBuffer([]);

            /**
             * Encodes the specified Release message. Does not implicitly {@link hopwire.v1.Release.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.Release
             * @static
             * @param {hopwire.v1.Release.$Properties} message Release message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Release.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.allocation != null && $Object.hasOwnProperty.call(message, "allocation") && message.allocation.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.allocation);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Release message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.Release
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.Release & hopwire.v1.Release.$Shape} Release
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Release.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.Release();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.allocation = value;
                            else
                                delete message.allocation;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for Release
             * @function getTypeUrl
             * @memberof hopwire.v1.Release
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            Release.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.Release";
            };

            return Release;
        })();

        v1.Released = (function() {

            /**
             * Properties of a Released.
             * @typedef {Object} hopwire.v1.Released.$Properties
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Released.
             * @memberof hopwire.v1
             * @interface IReleased
             * @augments hopwire.v1.Released.$Properties
             * @deprecated Use hopwire.v1.Released.$Properties instead.
             */

            /**
             * Shape of a Released.
             * @typedef {hopwire.v1.Released.$Properties} hopwire.v1.Released.$Shape
             */

            /**
             * Constructs a new Released.
             * @memberof hopwire.v1
             * @classdesc Represents a Released.
             * @constructor
             * @param {hopwire.v1.Released.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Released = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Encodes the specified Released message. Does not implicitly {@link hopwire.v1.Released.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.Released
             * @static
             * @param {hopwire.v1.Released.$Properties} message Released message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Released.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Released message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.Released
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.Released & hopwire.v1.Released.$Shape} Released
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Released.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.Released();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    reader.skipType(tag & 7, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for Released
             * @function getTypeUrl
             * @memberof hopwire.v1.Released
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            Released.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.Released";
            };

            return Released;
        })();

        v1.AllocationEnded = (function() {

            /**
             * Properties of an AllocationEnded.
             * @typedef {Object} hopwire.v1.AllocationEnded.$Properties
             * @property {Uint8Array|null} [allocation] AllocationEnded allocation
             * @property {string|null} [reason] AllocationEnded reason
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an AllocationEnded.
             * @memberof hopwire.v1
             * @interface IAllocationEnded
             * @augments hopwire.v1.AllocationEnded.$Properties
             * @deprecated Use hopwire.v1.AllocationEnded.$Properties instead.
             */

            /**
             * Shape of an AllocationEnded.
             * @typedef {hopwire.v1.AllocationEnded.$Properties} hopwire.v1.AllocationEnded.$Shape
             */

            /**
             * Constructs a new AllocationEnded.
             * @memberof hopwire.v1
             * @classdesc Represents an AllocationEnded.
             * @constructor
             * @param {hopwire.v1.AllocationEnded.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const AllocationEnded = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * AllocationEnded allocation.
             * @member {Uint8Array} allocation
             * @memberof hopwire.v1.AllocationEnded
             * @instance
             */
            AllocationEnded.prototype.allocation = $util.newBuffer([]);

            /**
             * AllocationEnded reason.
             * @member {string} reason
             * @memberof hopwire.v1.AllocationEnded
             * @instance
             */
            AllocationEnded.prototype.reason = "";

            /**
             * Encodes the specified AllocationEnded message. Does not implicitly {@link hopwire.v1.AllocationEnded.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.AllocationEnded
             * @static
             * @param {hopwire.v1.AllocationEnded.$Properties} message AllocationEnded message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            AllocationEnded.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.allocation != null && $Object.hasOwnProperty.call(message, "allocation") && message.allocation.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.allocation);
                if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.reason);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an AllocationEnded message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.AllocationEnded
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.AllocationEnded & hopwire.v1.AllocationEnded.$Shape} AllocationEnded
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            AllocationEnded.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.AllocationEnded();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.allocation = value;
                            else
                                delete message.allocation;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.reason = value;
                            else
                                delete message.reason;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for AllocationEnded
             * @function getTypeUrl
             * @memberof hopwire.v1.AllocationEnded
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            AllocationEnded.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.AllocationEnded";
            };

            return AllocationEnded;
        })();

        v1.AllocationWarning = (function() {

            /**
             * Properties of an AllocationWarning.
             * @typedef {Object} hopwire.v1.AllocationWarning.$Properties
             * @property {Uint8Array|null} [allocation] AllocationWarning allocation
             * @property {number|null} [usedBytes] AllocationWarning usedBytes
             * @property {number|null} [limitBytes] AllocationWarning limitBytes
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an AllocationWarning.
             * @memberof hopwire.v1
             * @interface IAllocationWarning
             * @augments hopwire.v1.AllocationWarning.$Properties
             * @deprecated Use hopwire.v1.AllocationWarning.$Properties instead.
             */

            /**
             * Shape of an AllocationWarning.
             * @typedef {hopwire.v1.AllocationWarning.$Properties} hopwire.v1.AllocationWarning.$Shape
             */

            /**
             * Constructs a new AllocationWarning.
             * @memberof hopwire.v1
             * @classdesc Represents an AllocationWarning.
             * @constructor
             * @param {hopwire.v1.AllocationWarning.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const AllocationWarning = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * AllocationWarning allocation.
             * @member {Uint8Array} allocation
             * @memberof hopwire.v1.AllocationWarning
             * @instance
             */
            AllocationWarning.prototype.allocation = $util.newBuffer([]);

            /**
             * AllocationWarning usedBytes.
             * @member {number} usedBytes
             * @memberof hopwire.v1.AllocationWarning
             * @instance
             */
            AllocationWarning.prototype.usedBytes = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * AllocationWarning limitBytes.
             * @member {number} limitBytes
             * @memberof hopwire.v1.AllocationWarning
             * @instance
             */
            AllocationWarning.prototype.limitBytes = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Encodes the specified AllocationWarning message. Does not implicitly {@link hopwire.v1.AllocationWarning.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.AllocationWarning
             * @static
             * @param {hopwire.v1.AllocationWarning.$Properties} message AllocationWarning message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            AllocationWarning.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.allocation != null && $Object.hasOwnProperty.call(message, "allocation") && message.allocation.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.allocation);
                if (message.usedBytes != null && $Object.hasOwnProperty.call(message, "usedBytes") && (typeof message.usedBytes === "object" ? message.usedBytes.low || message.usedBytes.high : message.usedBytes !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.usedBytes);
                if (message.limitBytes != null && $Object.hasOwnProperty.call(message, "limitBytes") && (typeof message.limitBytes === "object" ? message.limitBytes.low || message.limitBytes.high : message.limitBytes !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.limitBytes);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an AllocationWarning message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.AllocationWarning
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.AllocationWarning & hopwire.v1.AllocationWarning.$Shape} AllocationWarning
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            AllocationWarning.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.AllocationWarning();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.allocation = value;
                            else
                                delete message.allocation;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.usedBytes = value;
                            else
                                delete message.usedBytes;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.limitBytes = value;
                            else
                                delete message.limitBytes;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for AllocationWarning
             * @function getTypeUrl
             * @memberof hopwire.v1.AllocationWarning
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            AllocationWarning.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.AllocationWarning";
            };

            return AllocationWarning;
        })();

        v1.Draining = (function() {

            /**
             * Properties of a Draining.
             * @typedef {Object} hopwire.v1.Draining.$Properties
             * @property {number|null} [withinMs] Draining withinMs
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Draining.
             * @memberof hopwire.v1
             * @interface IDraining
             * @augments hopwire.v1.Draining.$Properties
             * @deprecated Use hopwire.v1.Draining.$Properties instead.
             */

            /**
             * Shape of a Draining.
             * @typedef {hopwire.v1.Draining.$Properties} hopwire.v1.Draining.$Shape
             */

            /**
             * Constructs a new Draining.
             * @memberof hopwire.v1
             * @classdesc Represents a Draining.
             * @constructor
             * @param {hopwire.v1.Draining.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Draining = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Draining withinMs.
             * @member {number} withinMs
             * @memberof hopwire.v1.Draining
             * @instance
             */
            Draining.prototype.withinMs = 0;

            /**
             * Encodes the specified Draining message. Does not implicitly {@link hopwire.v1.Draining.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.Draining
             * @static
             * @param {hopwire.v1.Draining.$Properties} message Draining message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Draining.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.withinMs != null && $Object.hasOwnProperty.call(message, "withinMs") && message.withinMs !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.withinMs);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Draining message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.Draining
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.Draining & hopwire.v1.Draining.$Shape} Draining
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Draining.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.Draining();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.withinMs = value;
                            else
                                delete message.withinMs;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for Draining
             * @function getTypeUrl
             * @memberof hopwire.v1.Draining
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            Draining.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.Draining";
            };

            return Draining;
        })();

        v1.Forward = (function() {

            /**
             * Properties of a Forward.
             * @typedef {Object} hopwire.v1.Forward.$Properties
             * @property {Uint8Array|null} [to] Forward to
             * @property {Uint8Array|null} [sealed] Forward sealed
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Forward.
             * @memberof hopwire.v1
             * @interface IForward
             * @augments hopwire.v1.Forward.$Properties
             * @deprecated Use hopwire.v1.Forward.$Properties instead.
             */

            /**
             * Shape of a Forward.
             * @typedef {hopwire.v1.Forward.$Properties} hopwire.v1.Forward.$Shape
             */

            /**
             * Constructs a new Forward.
             * @memberof hopwire.v1
             * @classdesc Represents a Forward.
             * @constructor
             * @param {hopwire.v1.Forward.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Forward = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Forward to.
             * @member {Uint8Array} to
             * @memberof hopwire.v1.Forward
             * @instance
             */
            Forward.prototype.to = $util.newBuffer([]);

            /**
             * Forward sealed.
             * @member {Uint8Array} sealed
             * @memberof hopwire.v1.Forward
             * @instance
             */
            Forward.prototype.sealed = $util.newBuffer([]);

            /**
             * Encodes the specified Forward message. Does not implicitly {@link hopwire.v1.Forward.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.Forward
             * @static
             * @param {hopwire.v1.Forward.$Properties} message Forward message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Forward.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.to != null && $Object.hasOwnProperty.call(message, "to") && message.to.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.to);
                if (message.sealed != null && $Object.hasOwnProperty.call(message, "sealed") && message.sealed.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.sealed);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Forward message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.Forward
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.Forward & hopwire.v1.Forward.$Shape} Forward
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Forward.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.Forward();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.to = value;
                            else
                                delete message.to;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.sealed = value;
                            else
                                delete message.sealed;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for Forward
             * @function getTypeUrl
             * @memberof hopwire.v1.Forward
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            Forward.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.Forward";
            };

            return Forward;
        })();

        v1.ForwardAccepted = (function() {

            /**
             * Properties of a ForwardAccepted.
             * @typedef {Object} hopwire.v1.ForwardAccepted.$Properties
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a ForwardAccepted.
             * @memberof hopwire.v1
             * @interface IForwardAccepted
             * @augments hopwire.v1.ForwardAccepted.$Properties
             * @deprecated Use hopwire.v1.ForwardAccepted.$Properties instead.
             */

            /**
             * Shape of a ForwardAccepted.
             * @typedef {hopwire.v1.ForwardAccepted.$Properties} hopwire.v1.ForwardAccepted.$Shape
             */

            /**
             * Constructs a new ForwardAccepted.
             * @memberof hopwire.v1
             * @classdesc Represents a ForwardAccepted.
             * @constructor
             * @param {hopwire.v1.ForwardAccepted.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const ForwardAccepted = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Encodes the specified ForwardAccepted message. Does not implicitly {@link hopwire.v1.ForwardAccepted.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.ForwardAccepted
             * @static
             * @param {hopwire.v1.ForwardAccepted.$Properties} message ForwardAccepted message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            ForwardAccepted.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a ForwardAccepted message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.ForwardAccepted
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.ForwardAccepted & hopwire.v1.ForwardAccepted.$Shape} ForwardAccepted
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            ForwardAccepted.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.ForwardAccepted();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    reader.skipType(tag & 7, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for ForwardAccepted
             * @function getTypeUrl
             * @memberof hopwire.v1.ForwardAccepted
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            ForwardAccepted.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.ForwardAccepted";
            };

            return ForwardAccepted;
        })();

        v1.Forwarded = (function() {

            /**
             * Properties of a Forwarded.
             * @typedef {Object} hopwire.v1.Forwarded.$Properties
             * @property {Uint8Array|null} [from] Forwarded from
             * @property {Uint8Array|null} [sealed] Forwarded sealed
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Forwarded.
             * @memberof hopwire.v1
             * @interface IForwarded
             * @augments hopwire.v1.Forwarded.$Properties
             * @deprecated Use hopwire.v1.Forwarded.$Properties instead.
             */

            /**
             * Shape of a Forwarded.
             * @typedef {hopwire.v1.Forwarded.$Properties} hopwire.v1.Forwarded.$Shape
             */

            /**
             * Constructs a new Forwarded.
             * @memberof hopwire.v1
             * @classdesc Represents a Forwarded.
             * @constructor
             * @param {hopwire.v1.Forwarded.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Forwarded = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Forwarded from.
             * @member {Uint8Array} from
             * @memberof hopwire.v1.Forwarded
             * @instance
             */
            Forwarded.prototype.from = $util.newBuffer([]);

            /**
             * Forwarded sealed.
             * @member {Uint8Array} sealed
             * @memberof hopwire.v1.Forwarded
             * @instance
             */
            Forwarded.prototype.sealed = $util.newBuffer([]);

            /**
             * Encodes the specified Forwarded message. Does not implicitly {@link hopwire.v1.Forwarded.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.Forwarded
             * @static
             * @param {hopwire.v1.Forwarded.$Properties} message Forwarded message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Forwarded.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.from != null && $Object.hasOwnProperty.call(message, "from") && message.from.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.from);
                if (message.sealed != null && $Object.hasOwnProperty.call(message, "sealed") && message.sealed.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.sealed);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Forwarded message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.Forwarded
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.Forwarded & hopwire.v1.Forwarded.$Shape} Forwarded
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Forwarded.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.Forwarded();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.from = value;
                            else
                                delete message.from;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.sealed = value;
                            else
                                delete message.sealed;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for Forwarded
             * @function getTypeUrl
             * @memberof hopwire.v1.Forwarded
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            Forwarded.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.Forwarded";
            };

            return Forwarded;
        })();

        v1.SecretRequest = (function() {

            /**
             * Properties of a SecretRequest.
             * @typedef {Object} hopwire.v1.SecretRequest.$Properties
             * @property {number|null} [epoch] SecretRequest epoch
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a SecretRequest.
             * @memberof hopwire.v1
             * @interface ISecretRequest
             * @augments hopwire.v1.SecretRequest.$Properties
             * @deprecated Use hopwire.v1.SecretRequest.$Properties instead.
             */

            /**
             * Shape of a SecretRequest.
             * @typedef {hopwire.v1.SecretRequest.$Properties} hopwire.v1.SecretRequest.$Shape
             */

            /**
             * Constructs a new SecretRequest.
             * @memberof hopwire.v1
             * @classdesc Represents a SecretRequest.
             * @constructor
             * @param {hopwire.v1.SecretRequest.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const SecretRequest = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * SecretRequest epoch.
             * @member {number} epoch
             * @memberof hopwire.v1.SecretRequest
             * @instance
             */
            SecretRequest.prototype.epoch = 0;

            /**
             * Encodes the specified SecretRequest message. Does not implicitly {@link hopwire.v1.SecretRequest.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.SecretRequest
             * @static
             * @param {hopwire.v1.SecretRequest.$Properties} message SecretRequest message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            SecretRequest.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch") && message.epoch !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.epoch);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a SecretRequest message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.SecretRequest
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.SecretRequest & hopwire.v1.SecretRequest.$Shape} SecretRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            SecretRequest.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.SecretRequest();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.epoch = value;
                            else
                                delete message.epoch;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for SecretRequest
             * @function getTypeUrl
             * @memberof hopwire.v1.SecretRequest
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            SecretRequest.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.SecretRequest";
            };

            return SecretRequest;
        })();

        v1.SecretAnswer = (function() {

            /**
             * Properties of a SecretAnswer.
             * @typedef {Object} hopwire.v1.SecretAnswer.$Properties
             * @property {number|null} [epoch] SecretAnswer epoch
             * @property {Uint8Array|null} [secret] SecretAnswer secret
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a SecretAnswer.
             * @memberof hopwire.v1
             * @interface ISecretAnswer
             * @augments hopwire.v1.SecretAnswer.$Properties
             * @deprecated Use hopwire.v1.SecretAnswer.$Properties instead.
             */

            /**
             * Shape of a SecretAnswer.
             * @typedef {hopwire.v1.SecretAnswer.$Properties} hopwire.v1.SecretAnswer.$Shape
             */

            /**
             * Constructs a new SecretAnswer.
             * @memberof hopwire.v1
             * @classdesc Represents a SecretAnswer.
             * @constructor
             * @param {hopwire.v1.SecretAnswer.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const SecretAnswer = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * SecretAnswer epoch.
             * @member {number} epoch
             * @memberof hopwire.v1.SecretAnswer
             * @instance
             */
            SecretAnswer.prototype.epoch = 0;

            /**
             * SecretAnswer secret.
             * @member {Uint8Array} secret
             * @memberof hopwire.v1.SecretAnswer
             * @instance
             */
            SecretAnswer.prototype.secret = $util.newBuffer([]);

            /**
             * Encodes the specified SecretAnswer message. Does not implicitly {@link hopwire.v1.SecretAnswer.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.SecretAnswer
             * @static
             * @param {hopwire.v1.SecretAnswer.$Properties} message SecretAnswer message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            SecretAnswer.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch") && message.epoch !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.epoch);
                if (message.secret != null && $Object.hasOwnProperty.call(message, "secret") && message.secret.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.secret);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a SecretAnswer message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.SecretAnswer
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.SecretAnswer & hopwire.v1.SecretAnswer.$Shape} SecretAnswer
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            SecretAnswer.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.SecretAnswer();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.epoch = value;
                            else
                                delete message.epoch;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.secret = value;
                            else
                                delete message.secret;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for SecretAnswer
             * @function getTypeUrl
             * @memberof hopwire.v1.SecretAnswer
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            SecretAnswer.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.SecretAnswer";
            };

            return SecretAnswer;
        })();

        v1.ProbeRequest = (function() {

            /**
             * Properties of a ProbeRequest.
             * @typedef {Object} hopwire.v1.ProbeRequest.$Properties
             * @property {string|null} [endpoint] ProbeRequest endpoint
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a ProbeRequest.
             * @memberof hopwire.v1
             * @interface IProbeRequest
             * @augments hopwire.v1.ProbeRequest.$Properties
             * @deprecated Use hopwire.v1.ProbeRequest.$Properties instead.
             */

            /**
             * Shape of a ProbeRequest.
             * @typedef {hopwire.v1.ProbeRequest.$Properties} hopwire.v1.ProbeRequest.$Shape
             */

            /**
             * Constructs a new ProbeRequest.
             * @memberof hopwire.v1
             * @classdesc Represents a ProbeRequest.
             * @constructor
             * @param {hopwire.v1.ProbeRequest.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const ProbeRequest = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * ProbeRequest endpoint.
             * @member {string} endpoint
             * @memberof hopwire.v1.ProbeRequest
             * @instance
             */
            ProbeRequest.prototype.endpoint = "";

            /**
             * Encodes the specified ProbeRequest message. Does not implicitly {@link hopwire.v1.ProbeRequest.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.ProbeRequest
             * @static
             * @param {hopwire.v1.ProbeRequest.$Properties} message ProbeRequest message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            ProbeRequest.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.endpoint != null && $Object.hasOwnProperty.call(message, "endpoint") && message.endpoint !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.endpoint);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a ProbeRequest message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.ProbeRequest
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.ProbeRequest & hopwire.v1.ProbeRequest.$Shape} ProbeRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            ProbeRequest.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.ProbeRequest();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.endpoint = value;
                            else
                                delete message.endpoint;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for ProbeRequest
             * @function getTypeUrl
             * @memberof hopwire.v1.ProbeRequest
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            ProbeRequest.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.ProbeRequest";
            };

            return ProbeRequest;
        })();

        v1.Probed = (function() {

            /**
             * Properties of a Probed.
             * @typedef {Object} hopwire.v1.Probed.$Properties
             * @property {boolean|null} [reached] Probed reached
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Probed.
             * @memberof hopwire.v1
             * @interface IProbed
             * @augments hopwire.v1.Probed.$Properties
             * @deprecated Use hopwire.v1.Probed.$Properties instead.
             */

            /**
             * Shape of a Probed.
             * @typedef {hopwire.v1.Probed.$Properties} hopwire.v1.Probed.$Shape
             */

            /**
             * Constructs a new Probed.
             * @memberof hopwire.v1
             * @classdesc Represents a Probed.
             * @constructor
             * @param {hopwire.v1.Probed.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Probed = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Probed reached.
             * @member {boolean} reached
             * @memberof hopwire.v1.Probed
             * @instance
             */
            Probed.prototype.reached = false;

            /**
             * Encodes the specified Probed message. Does not implicitly {@link hopwire.v1.Probed.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.Probed
             * @static
             * @param {hopwire.v1.Probed.$Properties} message Probed message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Probed.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.reached != null && $Object.hasOwnProperty.call(message, "reached") && message.reached !== false)
                    writer.uint32(/* id 1, wireType 0 =*/8).bool(message.reached);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Probed message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.Probed
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.Probed & hopwire.v1.Probed.$Shape} Probed
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Probed.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.Probed();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.reached = value;
                            else
                                delete message.reached;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for Probed
             * @function getTypeUrl
             * @memberof hopwire.v1.Probed
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            Probed.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.Probed";
            };

            return Probed;
        })();

        v1.ObserveRequest = (function() {

            /**
             * Properties of an ObserveRequest.
             * @typedef {Object} hopwire.v1.ObserveRequest.$Properties
             * @property {Uint8Array|null} [member] ObserveRequest member
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an ObserveRequest.
             * @memberof hopwire.v1
             * @interface IObserveRequest
             * @augments hopwire.v1.ObserveRequest.$Properties
             * @deprecated Use hopwire.v1.ObserveRequest.$Properties instead.
             */

            /**
             * Shape of an ObserveRequest.
             * @typedef {hopwire.v1.ObserveRequest.$Properties} hopwire.v1.ObserveRequest.$Shape
             */

            /**
             * Constructs a new ObserveRequest.
             * @memberof hopwire.v1
             * @classdesc Represents an ObserveRequest.
             * @constructor
             * @param {hopwire.v1.ObserveRequest.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const ObserveRequest = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * ObserveRequest member.
             * @member {Uint8Array} member
             * @memberof hopwire.v1.ObserveRequest
             * @instance
             */
            ObserveRequest.prototype.member = $util.newBuffer([]);

            /**
             * Encodes the specified ObserveRequest message. Does not implicitly {@link hopwire.v1.ObserveRequest.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.ObserveRequest
             * @static
             * @param {hopwire.v1.ObserveRequest.$Properties} message ObserveRequest message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            ObserveRequest.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.member != null && $Object.hasOwnProperty.call(message, "member") && message.member.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.member);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an ObserveRequest message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.ObserveRequest
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.ObserveRequest & hopwire.v1.ObserveRequest.$Shape} ObserveRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            ObserveRequest.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.ObserveRequest();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.member = value;
                            else
                                delete message.member;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for ObserveRequest
             * @function getTypeUrl
             * @memberof hopwire.v1.ObserveRequest
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            ObserveRequest.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.ObserveRequest";
            };

            return ObserveRequest;
        })();

        v1.Observed = (function() {

            /**
             * Properties of an Observed.
             * @typedef {Object} hopwire.v1.Observed.$Properties
             * @property {string|null} [address] Observed address
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an Observed.
             * @memberof hopwire.v1
             * @interface IObserved
             * @augments hopwire.v1.Observed.$Properties
             * @deprecated Use hopwire.v1.Observed.$Properties instead.
             */

            /**
             * Shape of an Observed.
             * @typedef {hopwire.v1.Observed.$Properties} hopwire.v1.Observed.$Shape
             */

            /**
             * Constructs a new Observed.
             * @memberof hopwire.v1
             * @classdesc Represents an Observed.
             * @constructor
             * @param {hopwire.v1.Observed.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Observed = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Observed address.
             * @member {string} address
             * @memberof hopwire.v1.Observed
             * @instance
             */
            Observed.prototype.address = "";

            /**
             * Encodes the specified Observed message. Does not implicitly {@link hopwire.v1.Observed.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.Observed
             * @static
             * @param {hopwire.v1.Observed.$Properties} message Observed message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Observed.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.address != null && $Object.hasOwnProperty.call(message, "address") && message.address !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.address);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an Observed message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.Observed
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.Observed & hopwire.v1.Observed.$Shape} Observed
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Observed.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.Observed();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.address = value;
                            else
                                delete message.address;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for Observed
             * @function getTypeUrl
             * @memberof hopwire.v1.Observed
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            Observed.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.Observed";
            };

            return Observed;
        })();

        v1.SealedMessage = (function() {

            /**
             * Properties of a SealedMessage.
             * @typedef {Object} hopwire.v1.SealedMessage.$Properties
             * @property {Uint8Array|null} [ephemeralKey] SealedMessage ephemeralKey
             * @property {Uint8Array|null} [ciphertext] SealedMessage ciphertext
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a SealedMessage.
             * @memberof hopwire.v1
             * @interface ISealedMessage
             * @augments hopwire.v1.SealedMessage.$Properties
             * @deprecated Use hopwire.v1.SealedMessage.$Properties instead.
             */

            /**
             * Shape of a SealedMessage.
             * @typedef {hopwire.v1.SealedMessage.$Properties} hopwire.v1.SealedMessage.$Shape
             */

            /**
             * Constructs a new SealedMessage.
             * @memberof hopwire.v1
             * @classdesc Represents a SealedMessage.
             * @constructor
             * @param {hopwire.v1.SealedMessage.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const SealedMessage = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * SealedMessage ephemeralKey.
             * @member {Uint8Array} ephemeralKey
             * @memberof hopwire.v1.SealedMessage
             * @instance
             */
            SealedMessage.prototype.ephemeralKey = $util.newBuffer([]);

            /**
             * SealedMessage ciphertext.
             * @member {Uint8Array} ciphertext
             * @memberof hopwire.v1.SealedMessage
             * @instance
             */
            SealedMessage.prototype.ciphertext = $util.newBuffer([]);

            /**
             * Encodes the specified SealedMessage message. Does not implicitly {@link hopwire.v1.SealedMessage.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.SealedMessage
             * @static
             * @param {hopwire.v1.SealedMessage.$Properties} message SealedMessage message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            SealedMessage.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.ephemeralKey != null && $Object.hasOwnProperty.call(message, "ephemeralKey") && message.ephemeralKey.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.ephemeralKey);
                if (message.ciphertext != null && $Object.hasOwnProperty.call(message, "ciphertext") && message.ciphertext.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.ciphertext);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a SealedMessage message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.SealedMessage
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.SealedMessage & hopwire.v1.SealedMessage.$Shape} SealedMessage
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            SealedMessage.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.SealedMessage();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.ephemeralKey = value;
                            else
                                delete message.ephemeralKey;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.ciphertext = value;
                            else
                                delete message.ciphertext;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for SealedMessage
             * @function getTypeUrl
             * @memberof hopwire.v1.SealedMessage
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            SealedMessage.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.SealedMessage";
            };

            return SealedMessage;
        })();

        v1.SignedMessage = (function() {

            /**
             * Properties of a SignedMessage.
             * @typedef {Object} hopwire.v1.SignedMessage.$Properties
             * @property {Uint8Array|null} [body] SignedMessage body
             * @property {Uint8Array|null} [signature] SignedMessage signature
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a SignedMessage.
             * @memberof hopwire.v1
             * @interface ISignedMessage
             * @augments hopwire.v1.SignedMessage.$Properties
             * @deprecated Use hopwire.v1.SignedMessage.$Properties instead.
             */

            /**
             * Shape of a SignedMessage.
             * @typedef {hopwire.v1.SignedMessage.$Properties} hopwire.v1.SignedMessage.$Shape
             */

            /**
             * Constructs a new SignedMessage.
             * @memberof hopwire.v1
             * @classdesc Represents a SignedMessage.
             * @constructor
             * @param {hopwire.v1.SignedMessage.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const SignedMessage = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * SignedMessage body.
             * @member {Uint8Array} body
             * @memberof hopwire.v1.SignedMessage
             * @instance
             */
            SignedMessage.prototype.body = $util.newBuffer([]);

            /**
             * SignedMessage signature.
             * @member {Uint8Array} signature
             * @memberof hopwire.v1.SignedMessage
             * @instance
             */
            SignedMessage.prototype.signature = $util.newBuffer([]);

            /**
             * Encodes the specified SignedMessage message. Does not implicitly {@link hopwire.v1.SignedMessage.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.SignedMessage
             * @static
             * @param {hopwire.v1.SignedMessage.$Properties} message SignedMessage message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            SignedMessage.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.body != null && $Object.hasOwnProperty.call(message, "body") && message.body.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.body);
                if (message.signature != null && $Object.hasOwnProperty.call(message, "signature") && message.signature.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.signature);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a SignedMessage message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.SignedMessage
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.SignedMessage & hopwire.v1.SignedMessage.$Shape} SignedMessage
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            SignedMessage.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.SignedMessage();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.body = value;
                            else
                                delete message.body;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.signature = value;
                            else
                                delete message.signature;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for SignedMessage
             * @function getTypeUrl
             * @memberof hopwire.v1.SignedMessage
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            SignedMessage.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.SignedMessage";
            };

            return SignedMessage;
        })();

        v1.PeerMessage = (function() {

            /**
             * Properties of a PeerMessage.
             * @typedef {Object} hopwire.v1.PeerMessage.$Properties
             * @property {Uint8Array|null} [network] PeerMessage network
             * @property {Uint8Array|null} [from] PeerMessage from
             * @property {Uint8Array|null} [to] PeerMessage to
             * @property {number|null} [sequence] PeerMessage sequence
             * @property {hopwire.v1.CandidateExchange.$Properties|null} [candidates] PeerMessage candidates
             * @property {hopwire.v1.Knock.$Properties|null} [knock] PeerMessage knock
             * @property {"candidates"|"knock"} [content] PeerMessage content
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a PeerMessage.
             * @memberof hopwire.v1
             * @interface IPeerMessage
             * @augments hopwire.v1.PeerMessage.$Properties
             * @deprecated Use hopwire.v1.PeerMessage.$Properties instead.
             */

            /**
             * Narrowed shape of a PeerMessage.
             * @typedef {{
             *   network?: Uint8Array|null;
             *   from?: Uint8Array|null;
             *   to?: Uint8Array|null;
             *   sequence?: number|null;
             *   candidates?: hopwire.v1.CandidateExchange.$Shape|null;
             *   knock?: hopwire.v1.Knock.$Shape|null;
             *   $unknowns?: Array.<Uint8Array>;
             * } & (
             *   ({ content?: undefined; candidates?: null; knock?: null }|{ content?: "candidates"; candidates: hopwire.v1.CandidateExchange.$Shape; knock?: null }|{ content?: "knock"; candidates?: null; knock: hopwire.v1.Knock.$Shape })
             * )} hopwire.v1.PeerMessage.$Shape
             */

            /**
             * Constructs a new PeerMessage.
             * @memberof hopwire.v1
             * @classdesc Represents a PeerMessage.
             * @constructor
             * @param {hopwire.v1.PeerMessage.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const PeerMessage = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * PeerMessage network.
             * @member {Uint8Array} network
             * @memberof hopwire.v1.PeerMessage
             * @instance
             */
            PeerMessage.prototype.network = $util.newBuffer([]);

            /**
             * PeerMessage from.
             * @member {Uint8Array} from
             * @memberof hopwire.v1.PeerMessage
             * @instance
             */
            PeerMessage.prototype.from = $util.newBuffer([]);

            /**
             * PeerMessage to.
             * @member {Uint8Array} to
             * @memberof hopwire.v1.PeerMessage
             * @instance
             */
            PeerMessage.prototype.to = $util.newBuffer([]);

            /**
             * PeerMessage sequence.
             * @member {number} sequence
             * @memberof hopwire.v1.PeerMessage
             * @instance
             */
            PeerMessage.prototype.sequence = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * PeerMessage candidates.
             * @member {hopwire.v1.CandidateExchange.$Properties|null|undefined} candidates
             * @memberof hopwire.v1.PeerMessage
             * @instance
             */
            PeerMessage.prototype.candidates = null;

            /**
             * PeerMessage knock.
             * @member {hopwire.v1.Knock.$Properties|null|undefined} knock
             * @memberof hopwire.v1.PeerMessage
             * @instance
             */
            PeerMessage.prototype.knock = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            /**
             * PeerMessage content.
             * @member {"candidates"|"knock"|undefined} content
             * @memberof hopwire.v1.PeerMessage
             * @instance
             */
            $Object.defineProperty(PeerMessage.prototype, "content", {
                get: $util.oneOfGetter($oneOfFields = ["candidates", "knock"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified PeerMessage message. Does not implicitly {@link hopwire.v1.PeerMessage.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.PeerMessage
             * @static
             * @param {hopwire.v1.PeerMessage.$Properties} message PeerMessage message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            PeerMessage.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.network != null && $Object.hasOwnProperty.call(message, "network") && message.network.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.network);
                if (message.from != null && $Object.hasOwnProperty.call(message, "from") && message.from.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.from);
                if (message.to != null && $Object.hasOwnProperty.call(message, "to") && message.to.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.to);
                if (message.sequence != null && $Object.hasOwnProperty.call(message, "sequence") && (typeof message.sequence === "object" ? message.sequence.low || message.sequence.high : message.sequence !== 0))
                    writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.sequence);
                if (message.candidates != null && $Object.hasOwnProperty.call(message, "candidates"))
                    $root.hopwire.v1.CandidateExchange.encode(message.candidates, writer.uint32(/* id 10, wireType 2 =*/82).fork(), _depth + 1).ldelim();
                if (message.knock != null && $Object.hasOwnProperty.call(message, "knock"))
                    $root.hopwire.v1.Knock.encode(message.knock, writer.uint32(/* id 11, wireType 2 =*/90).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a PeerMessage message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.PeerMessage
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.PeerMessage & hopwire.v1.PeerMessage.$Shape} PeerMessage
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            PeerMessage.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.PeerMessage();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.network = value;
                            else
                                delete message.network;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.from = value;
                            else
                                delete message.from;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.to = value;
                            else
                                delete message.to;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.sequence = value;
                            else
                                delete message.sequence;
                            continue;
                        }
                    case 10: {
                            if (wireType !== 2)
                                break;
                            message.candidates = $root.hopwire.v1.CandidateExchange.decode(reader, reader.size(), $undefined, _depth + 1, message.candidates);
                            message.content = "candidates";
                            continue;
                        }
                    case 11: {
                            if (wireType !== 2)
                                break;
                            message.knock = $root.hopwire.v1.Knock.decode(reader, reader.size(), $undefined, _depth + 1, message.knock);
                            message.content = "knock";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for PeerMessage
             * @function getTypeUrl
             * @memberof hopwire.v1.PeerMessage
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            PeerMessage.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.PeerMessage";
            };

            return PeerMessage;
        })();

        v1.CandidateExchange = (function() {

            /**
             * Properties of a CandidateExchange.
             * @typedef {Object} hopwire.v1.CandidateExchange.$Properties
             * @property {Array.<hopwire.v1.Candidate.$Properties>|null} [candidates] CandidateExchange candidates
             * @property {boolean|null} [answerWanted] CandidateExchange answerWanted
             * @property {Array.<hopwire.v1.NatBehaviour.$Properties>|null} [nat] CandidateExchange nat
             * @property {number|null} [round] CandidateExchange round
             * @property {Array.<hopwire.v1.RelayRtt.$Properties>|null} [relayRtts] CandidateExchange relayRtts
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a CandidateExchange.
             * @memberof hopwire.v1
             * @interface ICandidateExchange
             * @augments hopwire.v1.CandidateExchange.$Properties
             * @deprecated Use hopwire.v1.CandidateExchange.$Properties instead.
             */

            /**
             * Shape of a CandidateExchange.
             * @typedef {hopwire.v1.CandidateExchange.$Properties} hopwire.v1.CandidateExchange.$Shape
             */

            /**
             * Constructs a new CandidateExchange.
             * @memberof hopwire.v1
             * @classdesc Represents a CandidateExchange.
             * @constructor
             * @param {hopwire.v1.CandidateExchange.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const CandidateExchange = function (properties) {
                this.candidates = [];
                this.nat = [];
                this.relayRtts = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * CandidateExchange candidates.
             * @member {Array.<hopwire.v1.Candidate.$Properties>} candidates
             * @memberof hopwire.v1.CandidateExchange
             * @instance
             */
            CandidateExchange.prototype.candidates = $util.emptyArray;

            /**
             * CandidateExchange answerWanted.
             * @member {boolean} answerWanted
             * @memberof hopwire.v1.CandidateExchange
             * @instance
             */
            CandidateExchange.prototype.answerWanted = false;

            /**
             * CandidateExchange nat.
             * @member {Array.<hopwire.v1.NatBehaviour.$Properties>} nat
             * @memberof hopwire.v1.CandidateExchange
             * @instance
             */
            CandidateExchange.prototype.nat = $util.emptyArray;

            /**
             * CandidateExchange round.
             * @member {number} round
             * @memberof hopwire.v1.CandidateExchange
             * @instance
             */
            CandidateExchange.prototype.round = 0;

            /**
             * CandidateExchange relayRtts.
             * @member {Array.<hopwire.v1.RelayRtt.$Properties>} relayRtts
             * @memberof hopwire.v1.CandidateExchange
             * @instance
             */
            CandidateExchange.prototype.relayRtts = $util.emptyArray;

            /**
             * Encodes the specified CandidateExchange message. Does not implicitly {@link hopwire.v1.CandidateExchange.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.CandidateExchange
             * @static
             * @param {hopwire.v1.CandidateExchange.$Properties} message CandidateExchange message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            CandidateExchange.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.candidates != null && message.candidates.length)
                    for (let i = 0; i < message.candidates.length; ++i)
                        $root.hopwire.v1.Candidate.encode(message.candidates[i], writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.answerWanted != null && $Object.hasOwnProperty.call(message, "answerWanted") && message.answerWanted !== false)
                    writer.uint32(/* id 2, wireType 0 =*/16).bool(message.answerWanted);
                if (message.nat != null && message.nat.length)
                    for (let i = 0; i < message.nat.length; ++i)
                        $root.hopwire.v1.NatBehaviour.encode(message.nat[i], writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.round != null && $Object.hasOwnProperty.call(message, "round") && message.round !== 0)
                    writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.round);
                if (message.relayRtts != null && message.relayRtts.length)
                    for (let i = 0; i < message.relayRtts.length; ++i)
                        $root.hopwire.v1.RelayRtt.encode(message.relayRtts[i], writer.uint32(/* id 5, wireType 2 =*/42).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a CandidateExchange message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.CandidateExchange
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.CandidateExchange & hopwire.v1.CandidateExchange.$Shape} CandidateExchange
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            CandidateExchange.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.CandidateExchange();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if (!(message.candidates && message.candidates.length))
                                message.candidates = [];
                            message.candidates.push($root.hopwire.v1.Candidate.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.answerWanted = value;
                            else
                                delete message.answerWanted;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if (!(message.nat && message.nat.length))
                                message.nat = [];
                            message.nat.push($root.hopwire.v1.NatBehaviour.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.round = value;
                            else
                                delete message.round;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if (!(message.relayRtts && message.relayRtts.length))
                                message.relayRtts = [];
                            message.relayRtts.push($root.hopwire.v1.RelayRtt.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for CandidateExchange
             * @function getTypeUrl
             * @memberof hopwire.v1.CandidateExchange
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            CandidateExchange.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.CandidateExchange";
            };

            return CandidateExchange;
        })();

        v1.RelayRtt = (function() {

            /**
             * Properties of a RelayRtt.
             * @typedef {Object} hopwire.v1.RelayRtt.$Properties
             * @property {Uint8Array|null} [relay] RelayRtt relay
             * @property {number|null} [rttMs] RelayRtt rttMs
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a RelayRtt.
             * @memberof hopwire.v1
             * @interface IRelayRtt
             * @augments hopwire.v1.RelayRtt.$Properties
             * @deprecated Use hopwire.v1.RelayRtt.$Properties instead.
             */

            /**
             * Shape of a RelayRtt.
             * @typedef {hopwire.v1.RelayRtt.$Properties} hopwire.v1.RelayRtt.$Shape
             */

            /**
             * Constructs a new RelayRtt.
             * @memberof hopwire.v1
             * @classdesc Represents a RelayRtt.
             * @constructor
             * @param {hopwire.v1.RelayRtt.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const RelayRtt = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * RelayRtt relay.
             * @member {Uint8Array} relay
             * @memberof hopwire.v1.RelayRtt
             * @instance
             */
            RelayRtt.prototype.relay = $util.newBuffer([]);

            /**
             * RelayRtt rttMs.
             * @member {number} rttMs
             * @memberof hopwire.v1.RelayRtt
             * @instance
             */
            RelayRtt.prototype.rttMs = 0;

            /**
             * Encodes the specified RelayRtt message. Does not implicitly {@link hopwire.v1.RelayRtt.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.RelayRtt
             * @static
             * @param {hopwire.v1.RelayRtt.$Properties} message RelayRtt message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            RelayRtt.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.relay != null && $Object.hasOwnProperty.call(message, "relay") && message.relay.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.relay);
                if (message.rttMs != null && $Object.hasOwnProperty.call(message, "rttMs") && message.rttMs !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.rttMs);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a RelayRtt message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.RelayRtt
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.RelayRtt & hopwire.v1.RelayRtt.$Shape} RelayRtt
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            RelayRtt.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.RelayRtt();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.relay = value;
                            else
                                delete message.relay;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.rttMs = value;
                            else
                                delete message.rttMs;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for RelayRtt
             * @function getTypeUrl
             * @memberof hopwire.v1.RelayRtt
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            RelayRtt.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.RelayRtt";
            };

            return RelayRtt;
        })();

        v1.NatBehaviour = (function() {

            /**
             * Properties of a NatBehaviour.
             * @typedef {Object} hopwire.v1.NatBehaviour.$Properties
             * @property {string|null} [family] NatBehaviour family
             * @property {string|null} [mapping] NatBehaviour mapping
             * @property {string|null} [filtering] NatBehaviour filtering
             * @property {string|null} [ports] NatBehaviour ports
             * @property {number|null} [portStep] NatBehaviour portStep
             * @property {string|null} [hairpin] NatBehaviour hairpin
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a NatBehaviour.
             * @memberof hopwire.v1
             * @interface INatBehaviour
             * @augments hopwire.v1.NatBehaviour.$Properties
             * @deprecated Use hopwire.v1.NatBehaviour.$Properties instead.
             */

            /**
             * Shape of a NatBehaviour.
             * @typedef {hopwire.v1.NatBehaviour.$Properties} hopwire.v1.NatBehaviour.$Shape
             */

            /**
             * Constructs a new NatBehaviour.
             * @memberof hopwire.v1
             * @classdesc Represents a NatBehaviour.
             * @constructor
             * @param {hopwire.v1.NatBehaviour.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const NatBehaviour = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * NatBehaviour family.
             * @member {string} family
             * @memberof hopwire.v1.NatBehaviour
             * @instance
             */
            NatBehaviour.prototype.family = "";

            /**
             * NatBehaviour mapping.
             * @member {string} mapping
             * @memberof hopwire.v1.NatBehaviour
             * @instance
             */
            NatBehaviour.prototype.mapping = "";

            /**
             * NatBehaviour filtering.
             * @member {string} filtering
             * @memberof hopwire.v1.NatBehaviour
             * @instance
             */
            NatBehaviour.prototype.filtering = "";

            /**
             * NatBehaviour ports.
             * @member {string} ports
             * @memberof hopwire.v1.NatBehaviour
             * @instance
             */
            NatBehaviour.prototype.ports = "";

            /**
             * NatBehaviour portStep.
             * @member {number} portStep
             * @memberof hopwire.v1.NatBehaviour
             * @instance
             */
            NatBehaviour.prototype.portStep = 0;

            /**
             * NatBehaviour hairpin.
             * @member {string} hairpin
             * @memberof hopwire.v1.NatBehaviour
             * @instance
             */
            NatBehaviour.prototype.hairpin = "";

            /**
             * Encodes the specified NatBehaviour message. Does not implicitly {@link hopwire.v1.NatBehaviour.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.NatBehaviour
             * @static
             * @param {hopwire.v1.NatBehaviour.$Properties} message NatBehaviour message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            NatBehaviour.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.family != null && $Object.hasOwnProperty.call(message, "family") && message.family !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.family);
                if (message.mapping != null && $Object.hasOwnProperty.call(message, "mapping") && message.mapping !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.mapping);
                if (message.filtering != null && $Object.hasOwnProperty.call(message, "filtering") && message.filtering !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.filtering);
                if (message.ports != null && $Object.hasOwnProperty.call(message, "ports") && message.ports !== "")
                    writer.uint32(/* id 4, wireType 2 =*/34).string(message.ports);
                if (message.portStep != null && $Object.hasOwnProperty.call(message, "portStep") && message.portStep !== 0)
                    writer.uint32(/* id 5, wireType 0 =*/40).sint32(message.portStep);
                if (message.hairpin != null && $Object.hasOwnProperty.call(message, "hairpin") && message.hairpin !== "")
                    writer.uint32(/* id 6, wireType 2 =*/50).string(message.hairpin);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a NatBehaviour message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.NatBehaviour
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.NatBehaviour & hopwire.v1.NatBehaviour.$Shape} NatBehaviour
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            NatBehaviour.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.NatBehaviour();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.family = value;
                            else
                                delete message.family;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.mapping = value;
                            else
                                delete message.mapping;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.filtering = value;
                            else
                                delete message.filtering;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.ports = value;
                            else
                                delete message.ports;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.sint32())
                                message.portStep = value;
                            else
                                delete message.portStep;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.hairpin = value;
                            else
                                delete message.hairpin;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for NatBehaviour
             * @function getTypeUrl
             * @memberof hopwire.v1.NatBehaviour
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            NatBehaviour.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.NatBehaviour";
            };

            return NatBehaviour;
        })();

        v1.Knock = (function() {

            /**
             * Properties of a Knock.
             * @typedef {Object} hopwire.v1.Knock.$Properties
             * @property {Array.<number>|null} [ports] Knock ports
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Knock.
             * @memberof hopwire.v1
             * @interface IKnock
             * @augments hopwire.v1.Knock.$Properties
             * @deprecated Use hopwire.v1.Knock.$Properties instead.
             */

            /**
             * Shape of a Knock.
             * @typedef {hopwire.v1.Knock.$Properties} hopwire.v1.Knock.$Shape
             */

            /**
             * Constructs a new Knock.
             * @memberof hopwire.v1
             * @classdesc Represents a Knock.
             * @constructor
             * @param {hopwire.v1.Knock.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Knock = function (properties) {
                this.ports = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Knock ports.
             * @member {Array.<number>} ports
             * @memberof hopwire.v1.Knock
             * @instance
             */
            Knock.prototype.ports = $util.emptyArray;

            /**
             * Encodes the specified Knock message. Does not implicitly {@link hopwire.v1.Knock.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.Knock
             * @static
             * @param {hopwire.v1.Knock.$Properties} message Knock message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Knock.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.ports != null && message.ports.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).uint32s(message.ports);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Knock message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.Knock
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.Knock & hopwire.v1.Knock.$Shape} Knock
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Knock.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.Knock();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType === 2) {
                                if (!(message.ports && message.ports.length))
                                    message.ports = [];
                                reader.uint32s(message.ports);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.ports && message.ports.length))
                                message.ports = [];
                            message.ports.push(reader.uint32());
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for Knock
             * @function getTypeUrl
             * @memberof hopwire.v1.Knock
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            Knock.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.Knock";
            };

            return Knock;
        })();

        v1.Candidate = (function() {

            /**
             * Properties of a Candidate.
             * @typedef {Object} hopwire.v1.Candidate.$Properties
             * @property {string|null} [kind] Candidate kind
             * @property {string|null} [endpoint] Candidate endpoint
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Candidate.
             * @memberof hopwire.v1
             * @interface ICandidate
             * @augments hopwire.v1.Candidate.$Properties
             * @deprecated Use hopwire.v1.Candidate.$Properties instead.
             */

            /**
             * Shape of a Candidate.
             * @typedef {hopwire.v1.Candidate.$Properties} hopwire.v1.Candidate.$Shape
             */

            /**
             * Constructs a new Candidate.
             * @memberof hopwire.v1
             * @classdesc Represents a Candidate.
             * @constructor
             * @param {hopwire.v1.Candidate.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Candidate = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Candidate kind.
             * @member {string} kind
             * @memberof hopwire.v1.Candidate
             * @instance
             */
            Candidate.prototype.kind = "";

            /**
             * Candidate endpoint.
             * @member {string} endpoint
             * @memberof hopwire.v1.Candidate
             * @instance
             */
            Candidate.prototype.endpoint = "";

            /**
             * Encodes the specified Candidate message. Does not implicitly {@link hopwire.v1.Candidate.verify|verify} messages.
             * @function encode
             * @memberof hopwire.v1.Candidate
             * @static
             * @param {hopwire.v1.Candidate.$Properties} message Candidate message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Candidate.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.kind != null && $Object.hasOwnProperty.call(message, "kind") && message.kind !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.kind);
                if (message.endpoint != null && $Object.hasOwnProperty.call(message, "endpoint") && message.endpoint !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.endpoint);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Candidate message from the specified reader or buffer.
             * @function decode
             * @memberof hopwire.v1.Candidate
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {hopwire.v1.Candidate & hopwire.v1.Candidate.$Shape} Candidate
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Candidate.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.hopwire.v1.Candidate();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.kind = value;
                            else
                                delete message.kind;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.endpoint = value;
                            else
                                delete message.endpoint;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            /**
             * Gets the type url for Candidate
             * @function getTypeUrl
             * @memberof hopwire.v1.Candidate
             * @static
             * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns {string} The type url
             */
            Candidate.getTypeUrl = function(prefix) {
                if (prefix === $undefined)
                    prefix = "type.googleapis.com";
                return prefix + "/hopwire.v1.Candidate";
            };

            return Candidate;
        })();

        return v1;
    })();

    return hopwire;
})();

export {
  $root as default
};
