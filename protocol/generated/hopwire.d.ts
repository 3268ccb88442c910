import * as $protobuf from "protobufjs";


/** Namespace hopwire. */
export namespace hopwire {

    /** Namespace v1. */
    namespace v1 {

        /**
         * Properties of a SignedRecord.
         * @deprecated Use hopwire.v1.SignedRecord.$Properties instead.
         */
        interface ISignedRecord extends hopwire.v1.SignedRecord.$Properties {
        }

        /** Represents a SignedRecord. */
        class SignedRecord {

            /**
             * Constructs a new SignedRecord.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.SignedRecord.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SignedRecord body. */
            body: Uint8Array;

            /** SignedRecord signature. */
            signature: Uint8Array;

            /**
             * Encodes the specified SignedRecord message. Does not implicitly {@link hopwire.v1.SignedRecord.verify|verify} messages.
             * @param message SignedRecord message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.SignedRecord.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SignedRecord message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.SignedRecord & hopwire.v1.SignedRecord.$Shape} SignedRecord
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.SignedRecord & hopwire.v1.SignedRecord.$Shape;

            /**
             * Gets the type url for SignedRecord
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace SignedRecord {

            /** Properties of a SignedRecord. */
            interface $Properties {

                /** SignedRecord body */
                body?: (Uint8Array|null);

                /** SignedRecord signature */
                signature?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SignedRecord. */
            type $Shape = hopwire.v1.SignedRecord.$Properties;
        }

        /**
         * Properties of a RecordBody.
         * @deprecated Use hopwire.v1.RecordBody.$Properties instead.
         */
        interface IRecordBody extends hopwire.v1.RecordBody.$Properties {
        }

        /** Represents a RecordBody. */
        class RecordBody {

            /**
             * Constructs a new RecordBody.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.RecordBody.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** RecordBody version. */
            version: number;

            /** RecordBody network. */
            network: Uint8Array;

            /** RecordBody author. */
            author: Uint8Array;

            /** RecordBody sequence. */
            sequence: number;

            /** RecordBody issuedAtMs. */
            issuedAtMs: number;

            /** RecordBody expiresAtMs. */
            expiresAtMs: number;

            /** RecordBody networkInfo. */
            networkInfo?: (hopwire.v1.Network.$Properties|null);

            /** RecordBody member. */
            member?: (hopwire.v1.Member.$Properties|null);

            /** RecordBody revocation. */
            revocation?: (hopwire.v1.Revocation.$Properties|null);

            /** RecordBody relay. */
            relay?: (hopwire.v1.RelayAnnouncement.$Properties|null);

            /** RecordBody endpoints. */
            endpoints?: (hopwire.v1.Endpoints.$Properties|null);

            /** RecordBody secret. */
            secret?: (hopwire.v1.SecretCommitment.$Properties|null);

            /** RecordBody content. */
            content?: ("networkInfo"|"member"|"revocation"|"relay"|"endpoints"|"secret");

            /**
             * Encodes the specified RecordBody message. Does not implicitly {@link hopwire.v1.RecordBody.verify|verify} messages.
             * @param message RecordBody message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.RecordBody.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a RecordBody message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.RecordBody & hopwire.v1.RecordBody.$Shape} RecordBody
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.RecordBody & hopwire.v1.RecordBody.$Shape;

            /**
             * Gets the type url for RecordBody
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace RecordBody {

            /** Properties of a RecordBody. */
            interface $Properties {

                /** RecordBody version */
                version?: (number|null);

                /** RecordBody network */
                network?: (Uint8Array|null);

                /** RecordBody author */
                author?: (Uint8Array|null);

                /** RecordBody sequence */
                sequence?: (number|null);

                /** RecordBody issuedAtMs */
                issuedAtMs?: (number|null);

                /** RecordBody expiresAtMs */
                expiresAtMs?: (number|null);

                /** RecordBody networkInfo */
                networkInfo?: (hopwire.v1.Network.$Properties|null);

                /** RecordBody member */
                member?: (hopwire.v1.Member.$Properties|null);

                /** RecordBody revocation */
                revocation?: (hopwire.v1.Revocation.$Properties|null);

                /** RecordBody relay */
                relay?: (hopwire.v1.RelayAnnouncement.$Properties|null);

                /** RecordBody endpoints */
                endpoints?: (hopwire.v1.Endpoints.$Properties|null);

                /** RecordBody secret */
                secret?: (hopwire.v1.SecretCommitment.$Properties|null);

                /** RecordBody content */
                content?: ("networkInfo"|"member"|"revocation"|"relay"|"endpoints"|"secret");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a RecordBody. */
            type $Shape = {
              version?: number|null;
              network?: Uint8Array|null;
              author?: Uint8Array|null;
              sequence?: number|null;
              issuedAtMs?: number|null;
              expiresAtMs?: number|null;
              networkInfo?: hopwire.v1.Network.$Shape|null;
              member?: hopwire.v1.Member.$Shape|null;
              revocation?: hopwire.v1.Revocation.$Shape|null;
              relay?: hopwire.v1.RelayAnnouncement.$Shape|null;
              endpoints?: hopwire.v1.Endpoints.$Shape|null;
              secret?: hopwire.v1.SecretCommitment.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ content?: undefined; networkInfo?: null; member?: null; revocation?: null; relay?: null; endpoints?: null; secret?: null }|{ content?: "networkInfo"; networkInfo: hopwire.v1.Network.$Shape; member?: null; revocation?: null; relay?: null; endpoints?: null; secret?: null }|{ content?: "member"; networkInfo?: null; member: hopwire.v1.Member.$Shape; revocation?: null; relay?: null; endpoints?: null; secret?: null }|{ content?: "revocation"; networkInfo?: null; member?: null; revocation: hopwire.v1.Revocation.$Shape; relay?: null; endpoints?: null; secret?: null }|{ content?: "relay"; networkInfo?: null; member?: null; revocation?: null; relay: hopwire.v1.RelayAnnouncement.$Shape; endpoints?: null; secret?: null }|{ content?: "endpoints"; networkInfo?: null; member?: null; revocation?: null; relay?: null; endpoints: hopwire.v1.Endpoints.$Shape; secret?: null }|{ content?: "secret"; networkInfo?: null; member?: null; revocation?: null; relay?: null; endpoints?: null; secret: hopwire.v1.SecretCommitment.$Shape })
            );
        }

        /**
         * Properties of a Network.
         * @deprecated Use hopwire.v1.Network.$Properties instead.
         */
        interface INetwork extends hopwire.v1.Network.$Properties {
        }

        /** Represents a Network. */
        class Network {

            /**
             * Constructs a new Network.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.Network.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Network name. */
            name: string;

            /** Network prefix4. */
            prefix4: Uint8Array;

            /** Network prefix4Length. */
            prefix4Length: number;

            /** Network prefix6. */
            prefix6: Uint8Array;

            /** Network prefix6Length. */
            prefix6Length: number;

            /**
             * Encodes the specified Network message. Does not implicitly {@link hopwire.v1.Network.verify|verify} messages.
             * @param message Network message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.Network.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Network message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.Network & hopwire.v1.Network.$Shape} Network
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.Network & hopwire.v1.Network.$Shape;

            /**
             * Gets the type url for Network
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace Network {

            /** Properties of a Network. */
            interface $Properties {

                /** Network name */
                name?: (string|null);

                /** Network prefix4 */
                prefix4?: (Uint8Array|null);

                /** Network prefix4Length */
                prefix4Length?: (number|null);

                /** Network prefix6 */
                prefix6?: (Uint8Array|null);

                /** Network prefix6Length */
                prefix6Length?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Network. */
            type $Shape = hopwire.v1.Network.$Properties;
        }

        /** Role enum. */
        enum Role {

            /** ROLE_MEMBER value */
            ROLE_MEMBER = 0,

            /** ROLE_ADMIN value */
            ROLE_ADMIN = 1
        }

        /**
         * Properties of a Member.
         * @deprecated Use hopwire.v1.Member.$Properties instead.
         */
        interface IMember extends hopwire.v1.Member.$Properties {
        }

        /** Represents a Member. */
        class Member {

            /**
             * Constructs a new Member.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.Member.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Member name. */
            name: string;

            /** Member identityKey. */
            identityKey: Uint8Array;

            /** Member wireguardKey. */
            wireguardKey: Uint8Array;

            /** Member exchangeKey. */
            exchangeKey: Uint8Array;

            /** Member address4. */
            address4: Uint8Array;

            /** Member address6. */
            address6: Uint8Array;

            /** Member roles. */
            roles: hopwire.v1.Role[];

            /** Member predecessor. */
            predecessor: Uint8Array;

            /** Member origin. */
            origin: Uint8Array;

            /**
             * Encodes the specified Member message. Does not implicitly {@link hopwire.v1.Member.verify|verify} messages.
             * @param message Member message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.Member.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Member message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.Member & hopwire.v1.Member.$Shape} Member
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.Member & hopwire.v1.Member.$Shape;

            /**
             * Gets the type url for Member
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace Member {

            /** Properties of a Member. */
            interface $Properties {

                /** Member name */
                name?: (string|null);

                /** Member identityKey */
                identityKey?: (Uint8Array|null);

                /** Member wireguardKey */
                wireguardKey?: (Uint8Array|null);

                /** Member exchangeKey */
                exchangeKey?: (Uint8Array|null);

                /** Member address4 */
                address4?: (Uint8Array|null);

                /** Member address6 */
                address6?: (Uint8Array|null);

                /** Member roles */
                roles?: (hopwire.v1.Role[]|null);

                /** Member predecessor */
                predecessor?: (Uint8Array|null);

                /** Member origin */
                origin?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Member. */
            type $Shape = hopwire.v1.Member.$Properties;
        }

        /**
         * Properties of a Revocation.
         * @deprecated Use hopwire.v1.Revocation.$Properties instead.
         */
        interface IRevocation extends hopwire.v1.Revocation.$Properties {
        }

        /** Represents a Revocation. */
        class Revocation {

            /**
             * Constructs a new Revocation.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.Revocation.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Revocation member. */
            member: Uint8Array;

            /**
             * Encodes the specified Revocation message. Does not implicitly {@link hopwire.v1.Revocation.verify|verify} messages.
             * @param message Revocation message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.Revocation.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Revocation message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.Revocation & hopwire.v1.Revocation.$Shape} Revocation
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.Revocation & hopwire.v1.Revocation.$Shape;

            /**
             * Gets the type url for Revocation
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace Revocation {

            /** Properties of a Revocation. */
            interface $Properties {

                /** Revocation member */
                member?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Revocation. */
            type $Shape = hopwire.v1.Revocation.$Properties;
        }

        /**
         * Properties of a RelayAnnouncement.
         * @deprecated Use hopwire.v1.RelayAnnouncement.$Properties instead.
         */
        interface IRelayAnnouncement extends hopwire.v1.RelayAnnouncement.$Properties {
        }

        /** Represents a RelayAnnouncement. */
        class RelayAnnouncement {

            /**
             * Constructs a new RelayAnnouncement.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.RelayAnnouncement.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** RelayAnnouncement endpoints. */
            endpoints: hopwire.v1.RelayEndpoint.$Properties[];

            /** RelayAnnouncement capacity. */
            capacity: number;

            /** RelayAnnouncement loadPermille. */
            loadPermille: number;

            /** RelayAnnouncement region. */
            region: string;

            /** RelayAnnouncement bandwidthBps. */
            bandwidthBps: number;

            /** RelayAnnouncement version. */
            version: string;

            /** RelayAnnouncement draining. */
            draining: boolean;

            /** RelayAnnouncement allow. */
            allow: string[];

            /** RelayAnnouncement schedule. */
            schedule: string;

            /** RelayAnnouncement quotaBytes. */
            quotaBytes: number;

            /** RelayAnnouncement forwarder. */
            forwarder: string;

            /** RelayAnnouncement closed. */
            closed: boolean;

            /**
             * Encodes the specified RelayAnnouncement message. Does not implicitly {@link hopwire.v1.RelayAnnouncement.verify|verify} messages.
             * @param message RelayAnnouncement message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.RelayAnnouncement.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a RelayAnnouncement message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.RelayAnnouncement & hopwire.v1.RelayAnnouncement.$Shape} RelayAnnouncement
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.RelayAnnouncement & hopwire.v1.RelayAnnouncement.$Shape;

            /**
             * Gets the type url for RelayAnnouncement
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace RelayAnnouncement {

            /** Properties of a RelayAnnouncement. */
            interface $Properties {

                /** RelayAnnouncement endpoints */
                endpoints?: (hopwire.v1.RelayEndpoint.$Properties[]|null);

                /** RelayAnnouncement capacity */
                capacity?: (number|null);

                /** RelayAnnouncement loadPermille */
                loadPermille?: (number|null);

                /** RelayAnnouncement region */
                region?: (string|null);

                /** RelayAnnouncement bandwidthBps */
                bandwidthBps?: (number|null);

                /** RelayAnnouncement version */
                version?: (string|null);

                /** RelayAnnouncement draining */
                draining?: (boolean|null);

                /** RelayAnnouncement allow */
                allow?: (string[]|null);

                /** RelayAnnouncement schedule */
                schedule?: (string|null);

                /** RelayAnnouncement quotaBytes */
                quotaBytes?: (number|null);

                /** RelayAnnouncement forwarder */
                forwarder?: (string|null);

                /** RelayAnnouncement closed */
                closed?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a RelayAnnouncement. */
            type $Shape = hopwire.v1.RelayAnnouncement.$Properties;
        }

        /**
         * Properties of a RelayEndpoint.
         * @deprecated Use hopwire.v1.RelayEndpoint.$Properties instead.
         */
        interface IRelayEndpoint extends hopwire.v1.RelayEndpoint.$Properties {
        }

        /** Represents a RelayEndpoint. */
        class RelayEndpoint {

            /**
             * Constructs a new RelayEndpoint.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.RelayEndpoint.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** RelayEndpoint carrier. */
            carrier: string;

            /** RelayEndpoint endpoint. */
            endpoint: string;

            /**
             * Encodes the specified RelayEndpoint message. Does not implicitly {@link hopwire.v1.RelayEndpoint.verify|verify} messages.
             * @param message RelayEndpoint message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.RelayEndpoint.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a RelayEndpoint message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.RelayEndpoint & hopwire.v1.RelayEndpoint.$Shape} RelayEndpoint
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.RelayEndpoint & hopwire.v1.RelayEndpoint.$Shape;

            /**
             * Gets the type url for RelayEndpoint
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace RelayEndpoint {

            /** Properties of a RelayEndpoint. */
            interface $Properties {

                /** RelayEndpoint carrier */
                carrier?: (string|null);

                /** RelayEndpoint endpoint */
                endpoint?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a RelayEndpoint. */
            type $Shape = hopwire.v1.RelayEndpoint.$Properties;
        }

        /**
         * Properties of an Endpoints.
         * @deprecated Use hopwire.v1.Endpoints.$Properties instead.
         */
        interface IEndpoints extends hopwire.v1.Endpoints.$Properties {
        }

        /** Represents an Endpoints. */
        class Endpoints {

            /**
             * Constructs a new Endpoints.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.Endpoints.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Endpoints homeRelays. */
            homeRelays: Uint8Array[];

            /** Endpoints publicEndpoints. */
            publicEndpoints: string[];

            /**
             * Encodes the specified Endpoints message. Does not implicitly {@link hopwire.v1.Endpoints.verify|verify} messages.
             * @param message Endpoints message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.Endpoints.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Endpoints message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.Endpoints & hopwire.v1.Endpoints.$Shape} Endpoints
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.Endpoints & hopwire.v1.Endpoints.$Shape;

            /**
             * Gets the type url for Endpoints
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace Endpoints {

            /** Properties of an Endpoints. */
            interface $Properties {

                /** Endpoints homeRelays */
                homeRelays?: (Uint8Array[]|null);

                /** Endpoints publicEndpoints */
                publicEndpoints?: (string[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Endpoints. */
            type $Shape = hopwire.v1.Endpoints.$Properties;
        }

        /**
         * Properties of a SecretCommitment.
         * @deprecated Use hopwire.v1.SecretCommitment.$Properties instead.
         */
        interface ISecretCommitment extends hopwire.v1.SecretCommitment.$Properties {
        }

        /** Represents a SecretCommitment. */
        class SecretCommitment {

            /**
             * Constructs a new SecretCommitment.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.SecretCommitment.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SecretCommitment epoch. */
            epoch: number;

            /** SecretCommitment commitment. */
            commitment: Uint8Array;

            /**
             * Encodes the specified SecretCommitment message. Does not implicitly {@link hopwire.v1.SecretCommitment.verify|verify} messages.
             * @param message SecretCommitment message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.SecretCommitment.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SecretCommitment message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.SecretCommitment & hopwire.v1.SecretCommitment.$Shape} SecretCommitment
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.SecretCommitment & hopwire.v1.SecretCommitment.$Shape;

            /**
             * Gets the type url for SecretCommitment
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace SecretCommitment {

            /** Properties of a SecretCommitment. */
            interface $Properties {

                /** SecretCommitment epoch */
                epoch?: (number|null);

                /** SecretCommitment commitment */
                commitment?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SecretCommitment. */
            type $Shape = hopwire.v1.SecretCommitment.$Properties;
        }

        /**
         * Properties of an Invite.
         * @deprecated Use hopwire.v1.Invite.$Properties instead.
         */
        interface IInvite extends hopwire.v1.Invite.$Properties {
        }

        /** Represents an Invite. */
        class Invite {

            /**
             * Constructs a new Invite.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.Invite.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Invite version. */
            version: number;

            /** Invite networkKey. */
            networkKey: Uint8Array;

            /** Invite issuerWireguardKey. */
            issuerWireguardKey: Uint8Array;

            /** Invite issuerAddress4. */
            issuerAddress4: Uint8Array;

            /** Invite controlPort. */
            controlPort: number;

            /** Invite inviteId. */
            inviteId: Uint8Array;

            /** Invite temporaryKey. */
            temporaryKey: Uint8Array;

            /** Invite temporaryAddress4. */
            temporaryAddress4: Uint8Array;

            /** Invite expiresAtMs. */
            expiresAtMs: number;

            /** Invite endpoints. */
            endpoints: string[];

            /** Invite memberName. */
            memberName: string;

            /** Invite ways. */
            ways: Uint8Array[];

            /**
             * Encodes the specified Invite message. Does not implicitly {@link hopwire.v1.Invite.verify|verify} messages.
             * @param message Invite message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.Invite.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Invite message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.Invite & hopwire.v1.Invite.$Shape} Invite
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.Invite & hopwire.v1.Invite.$Shape;

            /**
             * Gets the type url for Invite
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace Invite {

            /** Properties of an Invite. */
            interface $Properties {

                /** Invite version */
                version?: (number|null);

                /** Invite networkKey */
                networkKey?: (Uint8Array|null);

                /** Invite issuerWireguardKey */
                issuerWireguardKey?: (Uint8Array|null);

                /** Invite issuerAddress4 */
                issuerAddress4?: (Uint8Array|null);

                /** Invite controlPort */
                controlPort?: (number|null);

                /** Invite inviteId */
                inviteId?: (Uint8Array|null);

                /** Invite temporaryKey */
                temporaryKey?: (Uint8Array|null);

                /** Invite temporaryAddress4 */
                temporaryAddress4?: (Uint8Array|null);

                /** Invite expiresAtMs */
                expiresAtMs?: (number|null);

                /** Invite endpoints */
                endpoints?: (string[]|null);

                /** Invite memberName */
                memberName?: (string|null);

                /** Invite ways */
                ways?: (Uint8Array[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Invite. */
            type $Shape = hopwire.v1.Invite.$Properties;
        }

        /**
         * Properties of a ControlFrame.
         * @deprecated Use hopwire.v1.ControlFrame.$Properties instead.
         */
        interface IControlFrame extends hopwire.v1.ControlFrame.$Properties {
        }

        /** Represents a ControlFrame. */
        class ControlFrame {

            /**
             * Constructs a new ControlFrame.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.ControlFrame.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ControlFrame hello. */
            hello?: (hopwire.v1.Hello.$Properties|null);

            /** ControlFrame helloProof. */
            helloProof?: (hopwire.v1.HelloProof.$Properties|null);

            /** ControlFrame ping. */
            ping?: (hopwire.v1.Ping.$Properties|null);

            /** ControlFrame pong. */
            pong?: (hopwire.v1.Pong.$Properties|null);

            /** ControlFrame request. */
            request?: (hopwire.v1.Request.$Properties|null);

            /** ControlFrame response. */
            response?: (hopwire.v1.Response.$Properties|null);

            /** ControlFrame notification. */
            notification?: (hopwire.v1.Notification.$Properties|null);

            /** ControlFrame body. */
            body?: ("hello"|"helloProof"|"ping"|"pong"|"request"|"response"|"notification");

            /**
             * Encodes the specified ControlFrame message. Does not implicitly {@link hopwire.v1.ControlFrame.verify|verify} messages.
             * @param message ControlFrame message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.ControlFrame.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ControlFrame message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.ControlFrame & hopwire.v1.ControlFrame.$Shape} ControlFrame
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.ControlFrame & hopwire.v1.ControlFrame.$Shape;

            /**
             * Gets the type url for ControlFrame
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace ControlFrame {

            /** Properties of a ControlFrame. */
            interface $Properties {

                /** ControlFrame hello */
                hello?: (hopwire.v1.Hello.$Properties|null);

                /** ControlFrame helloProof */
                helloProof?: (hopwire.v1.HelloProof.$Properties|null);

                /** ControlFrame ping */
                ping?: (hopwire.v1.Ping.$Properties|null);

                /** ControlFrame pong */
                pong?: (hopwire.v1.Pong.$Properties|null);

                /** ControlFrame request */
                request?: (hopwire.v1.Request.$Properties|null);

                /** ControlFrame response */
                response?: (hopwire.v1.Response.$Properties|null);

                /** ControlFrame notification */
                notification?: (hopwire.v1.Notification.$Properties|null);

                /** ControlFrame body */
                body?: ("hello"|"helloProof"|"ping"|"pong"|"request"|"response"|"notification");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a ControlFrame. */
            type $Shape = {
              hello?: hopwire.v1.Hello.$Shape|null;
              helloProof?: hopwire.v1.HelloProof.$Shape|null;
              ping?: hopwire.v1.Ping.$Shape|null;
              pong?: hopwire.v1.Pong.$Shape|null;
              request?: hopwire.v1.Request.$Shape|null;
              response?: hopwire.v1.Response.$Shape|null;
              notification?: hopwire.v1.Notification.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ body?: undefined; hello?: null; helloProof?: null; ping?: null; pong?: null; request?: null; response?: null; notification?: null }|{ body?: "hello"; hello: hopwire.v1.Hello.$Shape; helloProof?: null; ping?: null; pong?: null; request?: null; response?: null; notification?: null }|{ body?: "helloProof"; hello?: null; helloProof: hopwire.v1.HelloProof.$Shape; ping?: null; pong?: null; request?: null; response?: null; notification?: null }|{ body?: "ping"; hello?: null; helloProof?: null; ping: hopwire.v1.Ping.$Shape; pong?: null; request?: null; response?: null; notification?: null }|{ body?: "pong"; hello?: null; helloProof?: null; ping?: null; pong: hopwire.v1.Pong.$Shape; request?: null; response?: null; notification?: null }|{ body?: "request"; hello?: null; helloProof?: null; ping?: null; pong?: null; request: hopwire.v1.Request.$Shape; response?: null; notification?: null }|{ body?: "response"; hello?: null; helloProof?: null; ping?: null; pong?: null; request?: null; response: hopwire.v1.Response.$Shape; notification?: null }|{ body?: "notification"; hello?: null; helloProof?: null; ping?: null; pong?: null; request?: null; response?: null; notification: hopwire.v1.Notification.$Shape })
            );
        }

        /**
         * Properties of a Hello.
         * @deprecated Use hopwire.v1.Hello.$Properties instead.
         */
        interface IHello extends hopwire.v1.Hello.$Properties {
        }

        /** Represents a Hello. */
        class Hello {

            /**
             * Constructs a new Hello.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.Hello.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Hello version. */
            version: number;

            /** Hello network. */
            network: Uint8Array;

            /** Hello member. */
            member: Uint8Array;

            /** Hello nonce. */
            nonce: Uint8Array;

            /** Hello wallMs. */
            wallMs: number;

            /** Hello agentVersion. */
            agentVersion: string;

            /**
             * Encodes the specified Hello message. Does not implicitly {@link hopwire.v1.Hello.verify|verify} messages.
             * @param message Hello message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.Hello.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Hello message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.Hello & hopwire.v1.Hello.$Shape} Hello
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.Hello & hopwire.v1.Hello.$Shape;

            /**
             * Gets the type url for Hello
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace Hello {

            /** Properties of a Hello. */
            interface $Properties {

                /** Hello version */
                version?: (number|null);

                /** Hello network */
                network?: (Uint8Array|null);

                /** Hello member */
                member?: (Uint8Array|null);

                /** Hello nonce */
                nonce?: (Uint8Array|null);

                /** Hello wallMs */
                wallMs?: (number|null);

                /** Hello agentVersion */
                agentVersion?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Hello. */
            type $Shape = hopwire.v1.Hello.$Properties;
        }

        /**
         * Properties of a HelloProof.
         * @deprecated Use hopwire.v1.HelloProof.$Properties instead.
         */
        interface IHelloProof extends hopwire.v1.HelloProof.$Properties {
        }

        /** Represents a HelloProof. */
        class HelloProof {

            /**
             * Constructs a new HelloProof.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.HelloProof.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** HelloProof signature. */
            signature: Uint8Array;

            /**
             * Encodes the specified HelloProof message. Does not implicitly {@link hopwire.v1.HelloProof.verify|verify} messages.
             * @param message HelloProof message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.HelloProof.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a HelloProof message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.HelloProof & hopwire.v1.HelloProof.$Shape} HelloProof
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.HelloProof & hopwire.v1.HelloProof.$Shape;

            /**
             * Gets the type url for HelloProof
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace HelloProof {

            /** Properties of a HelloProof. */
            interface $Properties {

                /** HelloProof signature */
                signature?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a HelloProof. */
            type $Shape = hopwire.v1.HelloProof.$Properties;
        }

        /**
         * Properties of a Ping.
         * @deprecated Use hopwire.v1.Ping.$Properties instead.
         */
        interface IPing extends hopwire.v1.Ping.$Properties {
        }

        /** Represents a Ping. */
        class Ping {

            /**
             * Constructs a new Ping.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.Ping.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Ping id. */
            id: number;

            /**
             * Encodes the specified Ping message. Does not implicitly {@link hopwire.v1.Ping.verify|verify} messages.
             * @param message Ping message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.Ping.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Ping message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.Ping & hopwire.v1.Ping.$Shape} Ping
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.Ping & hopwire.v1.Ping.$Shape;

            /**
             * Gets the type url for Ping
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace Ping {

            /** Properties of a Ping. */
            interface $Properties {

                /** Ping id */
                id?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Ping. */
            type $Shape = hopwire.v1.Ping.$Properties;
        }

        /**
         * Properties of a Pong.
         * @deprecated Use hopwire.v1.Pong.$Properties instead.
         */
        interface IPong extends hopwire.v1.Pong.$Properties {
        }

        /** Represents a Pong. */
        class Pong {

            /**
             * Constructs a new Pong.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.Pong.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Pong id. */
            id: number;

            /**
             * Encodes the specified Pong message. Does not implicitly {@link hopwire.v1.Pong.verify|verify} messages.
             * @param message Pong message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.Pong.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Pong message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.Pong & hopwire.v1.Pong.$Shape} Pong
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.Pong & hopwire.v1.Pong.$Shape;

            /**
             * Gets the type url for Pong
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace Pong {

            /** Properties of a Pong. */
            interface $Properties {

                /** Pong id */
                id?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Pong. */
            type $Shape = hopwire.v1.Pong.$Properties;
        }

        /**
         * Properties of a Request.
         * @deprecated Use hopwire.v1.Request.$Properties instead.
         */
        interface IRequest extends hopwire.v1.Request.$Properties {
        }

        /** Represents a Request. */
        class Request {

            /**
             * Constructs a new Request.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.Request.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Request id. */
            id: number;

            /** Request deadlineMs. */
            deadlineMs: number;

            /** Request redeem. */
            redeem?: (hopwire.v1.Redeem.$Properties|null);

            /** Request allocate. */
            allocate?: (hopwire.v1.Allocate.$Properties|null);

            /** Request refresh. */
            refresh?: (hopwire.v1.Refresh.$Properties|null);

            /** Request release. */
            release?: (hopwire.v1.Release.$Properties|null);

            /** Request forward. */
            forward?: (hopwire.v1.Forward.$Properties|null);

            /** Request secret. */
            secret?: (hopwire.v1.SecretRequest.$Properties|null);

            /** Request probe. */
            probe?: (hopwire.v1.ProbeRequest.$Properties|null);

            /** Request observe. */
            observe?: (hopwire.v1.ObserveRequest.$Properties|null);

            /** Request certify. */
            certify?: (hopwire.v1.Certify.$Properties|null);

            /** Request body. */
            body?: ("redeem"|"allocate"|"refresh"|"release"|"forward"|"secret"|"probe"|"observe"|"certify");

            /**
             * Encodes the specified Request message. Does not implicitly {@link hopwire.v1.Request.verify|verify} messages.
             * @param message Request message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.Request.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Request message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.Request & hopwire.v1.Request.$Shape} Request
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.Request & hopwire.v1.Request.$Shape;

            /**
             * Gets the type url for Request
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace Request {

            /** Properties of a Request. */
            interface $Properties {

                /** Request id */
                id?: (number|null);

                /** Request deadlineMs */
                deadlineMs?: (number|null);

                /** Request redeem */
                redeem?: (hopwire.v1.Redeem.$Properties|null);

                /** Request allocate */
                allocate?: (hopwire.v1.Allocate.$Properties|null);

                /** Request refresh */
                refresh?: (hopwire.v1.Refresh.$Properties|null);

                /** Request release */
                release?: (hopwire.v1.Release.$Properties|null);

                /** Request forward */
                forward?: (hopwire.v1.Forward.$Properties|null);

                /** Request secret */
                secret?: (hopwire.v1.SecretRequest.$Properties|null);

                /** Request probe */
                probe?: (hopwire.v1.ProbeRequest.$Properties|null);

                /** Request observe */
                observe?: (hopwire.v1.ObserveRequest.$Properties|null);

                /** Request certify */
                certify?: (hopwire.v1.Certify.$Properties|null);

                /** Request body */
                body?: ("redeem"|"allocate"|"refresh"|"release"|"forward"|"secret"|"probe"|"observe"|"certify");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a Request. */
            type $Shape = {
              id?: number|null;
              deadlineMs?: number|null;
              redeem?: hopwire.v1.Redeem.$Shape|null;
              allocate?: hopwire.v1.Allocate.$Shape|null;
              refresh?: hopwire.v1.Refresh.$Shape|null;
              release?: hopwire.v1.Release.$Shape|null;
              forward?: hopwire.v1.Forward.$Shape|null;
              secret?: hopwire.v1.SecretRequest.$Shape|null;
              probe?: hopwire.v1.ProbeRequest.$Shape|null;
              observe?: hopwire.v1.ObserveRequest.$Shape|null;
              certify?: hopwire.v1.Certify.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ body?: undefined; redeem?: null; allocate?: null; refresh?: null; release?: null; forward?: null; secret?: null; probe?: null; observe?: null; certify?: null }|{ body?: "redeem"; redeem: hopwire.v1.Redeem.$Shape; allocate?: null; refresh?: null; release?: null; forward?: null; secret?: null; probe?: null; observe?: null; certify?: null }|{ body?: "allocate"; redeem?: null; allocate: hopwire.v1.Allocate.$Shape; refresh?: null; release?: null; forward?: null; secret?: null; probe?: null; observe?: null; certify?: null }|{ body?: "refresh"; redeem?: null; allocate?: null; refresh: hopwire.v1.Refresh.$Shape; release?: null; forward?: null; secret?: null; probe?: null; observe?: null; certify?: null }|{ body?: "release"; redeem?: null; allocate?: null; refresh?: null; release: hopwire.v1.Release.$Shape; forward?: null; secret?: null; probe?: null; observe?: null; certify?: null }|{ body?: "forward"; redeem?: null; allocate?: null; refresh?: null; release?: null; forward: hopwire.v1.Forward.$Shape; secret?: null; probe?: null; observe?: null; certify?: null }|{ body?: "secret"; redeem?: null; allocate?: null; refresh?: null; release?: null; forward?: null; secret: hopwire.v1.SecretRequest.$Shape; probe?: null; observe?: null; certify?: null }|{ body?: "probe"; redeem?: null; allocate?: null; refresh?: null; release?: null; forward?: null; secret?: null; probe: hopwire.v1.ProbeRequest.$Shape; observe?: null; certify?: null }|{ body?: "observe"; redeem?: null; allocate?: null; refresh?: null; release?: null; forward?: null; secret?: null; probe?: null; observe: hopwire.v1.ObserveRequest.$Shape; certify?: null }|{ body?: "certify"; redeem?: null; allocate?: null; refresh?: null; release?: null; forward?: null; secret?: null; probe?: null; observe?: null; certify: hopwire.v1.Certify.$Shape })
            );
        }

        /**
         * Properties of a Response.
         * @deprecated Use hopwire.v1.Response.$Properties instead.
         */
        interface IResponse extends hopwire.v1.Response.$Properties {
        }

        /** Represents a Response. */
        class Response {

            /**
             * Constructs a new Response.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.Response.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Response id. */
            id: number;

            /** Response failure. */
            failure?: (hopwire.v1.Failure.$Properties|null);

            /** Response redeemed. */
            redeemed?: (hopwire.v1.Redeemed.$Properties|null);

            /** Response allocated. */
            allocated?: (hopwire.v1.Allocated.$Properties|null);

            /** Response refreshed. */
            refreshed?: (hopwire.v1.Refreshed.$Properties|null);

            /** Response released. */
            released?: (hopwire.v1.Released.$Properties|null);

            /** Response forwardAccepted. */
            forwardAccepted?: (hopwire.v1.ForwardAccepted.$Properties|null);

            /** Response secret. */
            secret?: (hopwire.v1.SecretAnswer.$Properties|null);

            /** Response probed. */
            probed?: (hopwire.v1.Probed.$Properties|null);

            /** Response observed. */
            observed?: (hopwire.v1.Observed.$Properties|null);

            /** Response certified. */
            certified?: (hopwire.v1.Certified.$Properties|null);

            /** Response body. */
            body?: ("redeemed"|"allocated"|"refreshed"|"released"|"forwardAccepted"|"secret"|"probed"|"observed"|"certified");

            /**
             * Encodes the specified Response message. Does not implicitly {@link hopwire.v1.Response.verify|verify} messages.
             * @param message Response message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.Response.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Response message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.Response & hopwire.v1.Response.$Shape} Response
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.Response & hopwire.v1.Response.$Shape;

            /**
             * Gets the type url for Response
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace Response {

            /** Properties of a Response. */
            interface $Properties {

                /** Response id */
                id?: (number|null);

                /** Response failure */
                failure?: (hopwire.v1.Failure.$Properties|null);

                /** Response redeemed */
                redeemed?: (hopwire.v1.Redeemed.$Properties|null);

                /** Response allocated */
                allocated?: (hopwire.v1.Allocated.$Properties|null);

                /** Response refreshed */
                refreshed?: (hopwire.v1.Refreshed.$Properties|null);

                /** Response released */
                released?: (hopwire.v1.Released.$Properties|null);

                /** Response forwardAccepted */
                forwardAccepted?: (hopwire.v1.ForwardAccepted.$Properties|null);

                /** Response secret */
                secret?: (hopwire.v1.SecretAnswer.$Properties|null);

                /** Response probed */
                probed?: (hopwire.v1.Probed.$Properties|null);

                /** Response observed */
                observed?: (hopwire.v1.Observed.$Properties|null);

                /** Response certified */
                certified?: (hopwire.v1.Certified.$Properties|null);

                /** Response body */
                body?: ("redeemed"|"allocated"|"refreshed"|"released"|"forwardAccepted"|"secret"|"probed"|"observed"|"certified");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a Response. */
            type $Shape = {
              id?: number|null;
              failure?: hopwire.v1.Failure.$Shape|null;
              redeemed?: hopwire.v1.Redeemed.$Shape|null;
              allocated?: hopwire.v1.Allocated.$Shape|null;
              refreshed?: hopwire.v1.Refreshed.$Shape|null;
              released?: hopwire.v1.Released.$Shape|null;
              forwardAccepted?: hopwire.v1.ForwardAccepted.$Shape|null;
              secret?: hopwire.v1.SecretAnswer.$Shape|null;
              probed?: hopwire.v1.Probed.$Shape|null;
              observed?: hopwire.v1.Observed.$Shape|null;
              certified?: hopwire.v1.Certified.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ body?: undefined; redeemed?: null; allocated?: null; refreshed?: null; released?: null; forwardAccepted?: null; secret?: null; probed?: null; observed?: null; certified?: null }|{ body?: "redeemed"; redeemed: hopwire.v1.Redeemed.$Shape; allocated?: null; refreshed?: null; released?: null; forwardAccepted?: null; secret?: null; probed?: null; observed?: null; certified?: null }|{ body?: "allocated"; redeemed?: null; allocated: hopwire.v1.Allocated.$Shape; refreshed?: null; released?: null; forwardAccepted?: null; secret?: null; probed?: null; observed?: null; certified?: null }|{ body?: "refreshed"; redeemed?: null; allocated?: null; refreshed: hopwire.v1.Refreshed.$Shape; released?: null; forwardAccepted?: null; secret?: null; probed?: null; observed?: null; certified?: null }|{ body?: "released"; redeemed?: null; allocated?: null; refreshed?: null; released: hopwire.v1.Released.$Shape; forwardAccepted?: null; secret?: null; probed?: null; observed?: null; certified?: null }|{ body?: "forwardAccepted"; redeemed?: null; allocated?: null; refreshed?: null; released?: null; forwardAccepted: hopwire.v1.ForwardAccepted.$Shape; secret?: null; probed?: null; observed?: null; certified?: null }|{ body?: "secret"; redeemed?: null; allocated?: null; refreshed?: null; released?: null; forwardAccepted?: null; secret: hopwire.v1.SecretAnswer.$Shape; probed?: null; observed?: null; certified?: null }|{ body?: "probed"; redeemed?: null; allocated?: null; refreshed?: null; released?: null; forwardAccepted?: null; secret?: null; probed: hopwire.v1.Probed.$Shape; observed?: null; certified?: null }|{ body?: "observed"; redeemed?: null; allocated?: null; refreshed?: null; released?: null; forwardAccepted?: null; secret?: null; probed?: null; observed: hopwire.v1.Observed.$Shape; certified?: null }|{ body?: "certified"; redeemed?: null; allocated?: null; refreshed?: null; released?: null; forwardAccepted?: null; secret?: null; probed?: null; observed?: null; certified: hopwire.v1.Certified.$Shape })
            );
        }

        /**
         * Properties of a Failure.
         * @deprecated Use hopwire.v1.Failure.$Properties instead.
         */
        interface IFailure extends hopwire.v1.Failure.$Properties {
        }

        /** Represents a Failure. */
        class Failure {

            /**
             * Constructs a new Failure.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.Failure.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Failure code. */
            code: string;

            /** Failure detail. */
            detail: string;

            /**
             * Encodes the specified Failure message. Does not implicitly {@link hopwire.v1.Failure.verify|verify} messages.
             * @param message Failure message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.Failure.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Failure message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.Failure & hopwire.v1.Failure.$Shape} Failure
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.Failure & hopwire.v1.Failure.$Shape;

            /**
             * Gets the type url for Failure
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace Failure {

            /** Properties of a Failure. */
            interface $Properties {

                /** Failure code */
                code?: (string|null);

                /** Failure detail */
                detail?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Failure. */
            type $Shape = hopwire.v1.Failure.$Properties;
        }

        /**
         * Properties of a Notification.
         * @deprecated Use hopwire.v1.Notification.$Properties instead.
         */
        interface INotification extends hopwire.v1.Notification.$Properties {
        }

        /** Represents a Notification. */
        class Notification {

            /**
             * Constructs a new Notification.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.Notification.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Notification digest. */
            digest?: (hopwire.v1.Digest.$Properties|null);

            /** Notification wanted. */
            wanted?: (hopwire.v1.Wanted.$Properties|null);

            /** Notification records. */
            records?: (hopwire.v1.Records.$Properties|null);

            /** Notification forwarded. */
            forwarded?: (hopwire.v1.Forwarded.$Properties|null);

            /** Notification allocationOffer. */
            allocationOffer?: (hopwire.v1.Allocated.$Properties|null);

            /** Notification allocationEnded. */
            allocationEnded?: (hopwire.v1.AllocationEnded.$Properties|null);

            /** Notification allocationWarning. */
            allocationWarning?: (hopwire.v1.AllocationWarning.$Properties|null);

            /** Notification draining. */
            draining?: (hopwire.v1.Draining.$Properties|null);

            /** Notification storeRoot. */
            storeRoot?: (hopwire.v1.StoreRoot.$Properties|null);

            /** Notification storeBuckets. */
            storeBuckets?: (hopwire.v1.StoreBuckets.$Properties|null);

            /** Notification subscription. */
            subscription?: (hopwire.v1.Subscription.$Properties|null);

            /** Notification body. */
            body?: ("digest"|"wanted"|"records"|"forwarded"|"allocationOffer"|"allocationEnded"|"allocationWarning"|"draining"|"storeRoot"|"storeBuckets"|"subscription");

            /**
             * Encodes the specified Notification message. Does not implicitly {@link hopwire.v1.Notification.verify|verify} messages.
             * @param message Notification message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.Notification.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Notification message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.Notification & hopwire.v1.Notification.$Shape} Notification
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.Notification & hopwire.v1.Notification.$Shape;

            /**
             * Gets the type url for Notification
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace Notification {

            /** Properties of a Notification. */
            interface $Properties {

                /** Notification digest */
                digest?: (hopwire.v1.Digest.$Properties|null);

                /** Notification wanted */
                wanted?: (hopwire.v1.Wanted.$Properties|null);

                /** Notification records */
                records?: (hopwire.v1.Records.$Properties|null);

                /** Notification forwarded */
                forwarded?: (hopwire.v1.Forwarded.$Properties|null);

                /** Notification allocationOffer */
                allocationOffer?: (hopwire.v1.Allocated.$Properties|null);

                /** Notification allocationEnded */
                allocationEnded?: (hopwire.v1.AllocationEnded.$Properties|null);

                /** Notification allocationWarning */
                allocationWarning?: (hopwire.v1.AllocationWarning.$Properties|null);

                /** Notification draining */
                draining?: (hopwire.v1.Draining.$Properties|null);

                /** Notification storeRoot */
                storeRoot?: (hopwire.v1.StoreRoot.$Properties|null);

                /** Notification storeBuckets */
                storeBuckets?: (hopwire.v1.StoreBuckets.$Properties|null);

                /** Notification subscription */
                subscription?: (hopwire.v1.Subscription.$Properties|null);

                /** Notification body */
                body?: ("digest"|"wanted"|"records"|"forwarded"|"allocationOffer"|"allocationEnded"|"allocationWarning"|"draining"|"storeRoot"|"storeBuckets"|"subscription");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a Notification. */
            type $Shape = {
              digest?: hopwire.v1.Digest.$Shape|null;
              wanted?: hopwire.v1.Wanted.$Shape|null;
              records?: hopwire.v1.Records.$Shape|null;
              forwarded?: hopwire.v1.Forwarded.$Shape|null;
              allocationOffer?: hopwire.v1.Allocated.$Shape|null;
              allocationEnded?: hopwire.v1.AllocationEnded.$Shape|null;
              allocationWarning?: hopwire.v1.AllocationWarning.$Shape|null;
              draining?: hopwire.v1.Draining.$Shape|null;
              storeRoot?: hopwire.v1.StoreRoot.$Shape|null;
              storeBuckets?: hopwire.v1.StoreBuckets.$Shape|null;
              subscription?: hopwire.v1.Subscription.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ body?: undefined; digest?: null; wanted?: null; records?: null; forwarded?: null; allocationOffer?: null; allocationEnded?: null; allocationWarning?: null; draining?: null; storeRoot?: null; storeBuckets?: null; subscription?: null }|{ body?: "digest"; digest: hopwire.v1.Digest.$Shape; wanted?: null; records?: null; forwarded?: null; allocationOffer?: null; allocationEnded?: null; allocationWarning?: null; draining?: null; storeRoot?: null; storeBuckets?: null; subscription?: null }|{ body?: "wanted"; digest?: null; wanted: hopwire.v1.Wanted.$Shape; records?: null; forwarded?: null; allocationOffer?: null; allocationEnded?: null; allocationWarning?: null; draining?: null; storeRoot?: null; storeBuckets?: null; subscription?: null }|{ body?: "records"; digest?: null; wanted?: null; records: hopwire.v1.Records.$Shape; forwarded?: null; allocationOffer?: null; allocationEnded?: null; allocationWarning?: null; draining?: null; storeRoot?: null; storeBuckets?: null; subscription?: null }|{ body?: "forwarded"; digest?: null; wanted?: null; records?: null; forwarded: hopwire.v1.Forwarded.$Shape; allocationOffer?: null; allocationEnded?: null; allocationWarning?: null; draining?: null; storeRoot?: null; storeBuckets?: null; subscription?: null }|{ body?: "allocationOffer"; digest?: null; wanted?: null; records?: null; forwarded?: null; allocationOffer: hopwire.v1.Allocated.$Shape; allocationEnded?: null; allocationWarning?: null; draining?: null; storeRoot?: null; storeBuckets?: null; subscription?: null }|{ body?: "allocationEnded"; digest?: null; wanted?: null; records?: null; forwarded?: null; allocationOffer?: null; allocationEnded: hopwire.v1.AllocationEnded.$Shape; allocationWarning?: null; draining?: null; storeRoot?: null; storeBuckets?: null; subscription?: null }|{ body?: "allocationWarning"; digest?: null; wanted?: null; records?: null; forwarded?: null; allocationOffer?: null; allocationEnded?: null; allocationWarning: hopwire.v1.AllocationWarning.$Shape; draining?: null; storeRoot?: null; storeBuckets?: null; subscription?: null }|{ body?: "draining"; digest?: null; wanted?: null; records?: null; forwarded?: null; allocationOffer?: null; allocationEnded?: null; allocationWarning?: null; draining: hopwire.v1.Draining.$Shape; storeRoot?: null; storeBuckets?: null; subscription?: null }|{ body?: "storeRoot"; digest?: null; wanted?: null; records?: null; forwarded?: null; allocationOffer?: null; allocationEnded?: null; allocationWarning?: null; draining?: null; storeRoot: hopwire.v1.StoreRoot.$Shape; storeBuckets?: null; subscription?: null }|{ body?: "storeBuckets"; digest?: null; wanted?: null; records?: null; forwarded?: null; allocationOffer?: null; allocationEnded?: null; allocationWarning?: null; draining?: null; storeRoot?: null; storeBuckets: hopwire.v1.StoreBuckets.$Shape; subscription?: null }|{ body?: "subscription"; digest?: null; wanted?: null; records?: null; forwarded?: null; allocationOffer?: null; allocationEnded?: null; allocationWarning?: null; draining?: null; storeRoot?: null; storeBuckets?: null; subscription: hopwire.v1.Subscription.$Shape })
            );
        }

        /**
         * Properties of a StoreRoot.
         * @deprecated Use hopwire.v1.StoreRoot.$Properties instead.
         */
        interface IStoreRoot extends hopwire.v1.StoreRoot.$Properties {
        }

        /** Represents a StoreRoot. */
        class StoreRoot {

            /**
             * Constructs a new StoreRoot.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.StoreRoot.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** StoreRoot hash. */
            hash: Uint8Array;

            /**
             * Encodes the specified StoreRoot message. Does not implicitly {@link hopwire.v1.StoreRoot.verify|verify} messages.
             * @param message StoreRoot message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.StoreRoot.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a StoreRoot message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.StoreRoot & hopwire.v1.StoreRoot.$Shape} StoreRoot
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.StoreRoot & hopwire.v1.StoreRoot.$Shape;

            /**
             * Gets the type url for StoreRoot
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace StoreRoot {

            /** Properties of a StoreRoot. */
            interface $Properties {

                /** StoreRoot hash */
                hash?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a StoreRoot. */
            type $Shape = hopwire.v1.StoreRoot.$Properties;
        }

        /**
         * Properties of a StoreBuckets.
         * @deprecated Use hopwire.v1.StoreBuckets.$Properties instead.
         */
        interface IStoreBuckets extends hopwire.v1.StoreBuckets.$Properties {
        }

        /** Represents a StoreBuckets. */
        class StoreBuckets {

            /**
             * Constructs a new StoreBuckets.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.StoreBuckets.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** StoreBuckets hashes. */
            hashes: Uint8Array;

            /**
             * Encodes the specified StoreBuckets message. Does not implicitly {@link hopwire.v1.StoreBuckets.verify|verify} messages.
             * @param message StoreBuckets message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.StoreBuckets.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a StoreBuckets message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.StoreBuckets & hopwire.v1.StoreBuckets.$Shape} StoreBuckets
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.StoreBuckets & hopwire.v1.StoreBuckets.$Shape;

            /**
             * Gets the type url for StoreBuckets
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace StoreBuckets {

            /** Properties of a StoreBuckets. */
            interface $Properties {

                /** StoreBuckets hashes */
                hashes?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a StoreBuckets. */
            type $Shape = hopwire.v1.StoreBuckets.$Properties;
        }

        /**
         * Properties of a Digest.
         * @deprecated Use hopwire.v1.Digest.$Properties instead.
         */
        interface IDigest extends hopwire.v1.Digest.$Properties {
        }

        /** Represents a Digest. */
        class Digest {

            /**
             * Constructs a new Digest.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.Digest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Digest entries. */
            entries: hopwire.v1.DigestEntry.$Properties[];

            /** Digest buckets. */
            buckets: Uint8Array;

            /**
             * Encodes the specified Digest message. Does not implicitly {@link hopwire.v1.Digest.verify|verify} messages.
             * @param message Digest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.Digest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Digest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.Digest & hopwire.v1.Digest.$Shape} Digest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.Digest & hopwire.v1.Digest.$Shape;

            /**
             * Gets the type url for Digest
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace Digest {

            /** Properties of a Digest. */
            interface $Properties {

                /** Digest entries */
                entries?: (hopwire.v1.DigestEntry.$Properties[]|null);

                /** Digest buckets */
                buckets?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Digest. */
            type $Shape = hopwire.v1.Digest.$Properties;
        }

        /**
         * Properties of a Subscription.
         * @deprecated Use hopwire.v1.Subscription.$Properties instead.
         */
        interface ISubscription extends hopwire.v1.Subscription.$Properties {
        }

        /** Represents a Subscription. */
        class Subscription {

            /**
             * Constructs a new Subscription.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.Subscription.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Subscription wanted. */
            wanted: boolean;

            /** Subscription overloaded. */
            overloaded: boolean;

            /**
             * Encodes the specified Subscription message. Does not implicitly {@link hopwire.v1.Subscription.verify|verify} messages.
             * @param message Subscription message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.Subscription.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Subscription message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.Subscription & hopwire.v1.Subscription.$Shape} Subscription
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.Subscription & hopwire.v1.Subscription.$Shape;

            /**
             * Gets the type url for Subscription
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace Subscription {

            /** Properties of a Subscription. */
            interface $Properties {

                /** Subscription wanted */
                wanted?: (boolean|null);

                /** Subscription overloaded */
                overloaded?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Subscription. */
            type $Shape = hopwire.v1.Subscription.$Properties;
        }

        /**
         * Properties of a DigestEntry.
         * @deprecated Use hopwire.v1.DigestEntry.$Properties instead.
         */
        interface IDigestEntry extends hopwire.v1.DigestEntry.$Properties {
        }

        /** Represents a DigestEntry. */
        class DigestEntry {

            /**
             * Constructs a new DigestEntry.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.DigestEntry.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** DigestEntry slot. */
            slot: Uint8Array;

            /** DigestEntry sequence. */
            sequence: number;

            /**
             * Encodes the specified DigestEntry message. Does not implicitly {@link hopwire.v1.DigestEntry.verify|verify} messages.
             * @param message DigestEntry message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.DigestEntry.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a DigestEntry message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.DigestEntry & hopwire.v1.DigestEntry.$Shape} DigestEntry
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.DigestEntry & hopwire.v1.DigestEntry.$Shape;

            /**
             * Gets the type url for DigestEntry
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace DigestEntry {

            /** Properties of a DigestEntry. */
            interface $Properties {

                /** DigestEntry slot */
                slot?: (Uint8Array|null);

                /** DigestEntry sequence */
                sequence?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a DigestEntry. */
            type $Shape = hopwire.v1.DigestEntry.$Properties;
        }

        /**
         * Properties of a Wanted.
         * @deprecated Use hopwire.v1.Wanted.$Properties instead.
         */
        interface IWanted extends hopwire.v1.Wanted.$Properties {
        }

        /** Represents a Wanted. */
        class Wanted {

            /**
             * Constructs a new Wanted.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.Wanted.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Wanted slots. */
            slots: Uint8Array[];

            /**
             * Encodes the specified Wanted message. Does not implicitly {@link hopwire.v1.Wanted.verify|verify} messages.
             * @param message Wanted message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.Wanted.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Wanted message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.Wanted & hopwire.v1.Wanted.$Shape} Wanted
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.Wanted & hopwire.v1.Wanted.$Shape;

            /**
             * Gets the type url for Wanted
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace Wanted {

            /** Properties of a Wanted. */
            interface $Properties {

                /** Wanted slots */
                slots?: (Uint8Array[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Wanted. */
            type $Shape = hopwire.v1.Wanted.$Properties;
        }

        /**
         * Properties of a Records.
         * @deprecated Use hopwire.v1.Records.$Properties instead.
         */
        interface IRecords extends hopwire.v1.Records.$Properties {
        }

        /** Represents a Records. */
        class Records {

            /**
             * Constructs a new Records.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.Records.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Records records. */
            records: Uint8Array[];

            /**
             * Encodes the specified Records message. Does not implicitly {@link hopwire.v1.Records.verify|verify} messages.
             * @param message Records message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.Records.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Records message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.Records & hopwire.v1.Records.$Shape} Records
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.Records & hopwire.v1.Records.$Shape;

            /**
             * Gets the type url for Records
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace Records {

            /** Properties of a Records. */
            interface $Properties {

                /** Records records */
                records?: (Uint8Array[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Records. */
            type $Shape = hopwire.v1.Records.$Properties;
        }

        /**
         * Properties of a Redeem.
         * @deprecated Use hopwire.v1.Redeem.$Properties instead.
         */
        interface IRedeem extends hopwire.v1.Redeem.$Properties {
        }

        /** Represents a Redeem. */
        class Redeem {

            /**
             * Constructs a new Redeem.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.Redeem.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Redeem inviteId. */
            inviteId: Uint8Array;

            /** Redeem identityKey. */
            identityKey: Uint8Array;

            /** Redeem wireguardKey. */
            wireguardKey: Uint8Array;

            /** Redeem exchangeKey. */
            exchangeKey: Uint8Array;

            /** Redeem signature. */
            signature: Uint8Array;

            /**
             * Encodes the specified Redeem message. Does not implicitly {@link hopwire.v1.Redeem.verify|verify} messages.
             * @param message Redeem message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.Redeem.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Redeem message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.Redeem & hopwire.v1.Redeem.$Shape} Redeem
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.Redeem & hopwire.v1.Redeem.$Shape;

            /**
             * Gets the type url for Redeem
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace Redeem {

            /** Properties of a Redeem. */
            interface $Properties {

                /** Redeem inviteId */
                inviteId?: (Uint8Array|null);

                /** Redeem identityKey */
                identityKey?: (Uint8Array|null);

                /** Redeem wireguardKey */
                wireguardKey?: (Uint8Array|null);

                /** Redeem exchangeKey */
                exchangeKey?: (Uint8Array|null);

                /** Redeem signature */
                signature?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Redeem. */
            type $Shape = hopwire.v1.Redeem.$Properties;
        }

        /**
         * Properties of a Redeemed.
         * @deprecated Use hopwire.v1.Redeemed.$Properties instead.
         */
        interface IRedeemed extends hopwire.v1.Redeemed.$Properties {
        }

        /** Represents a Redeemed. */
        class Redeemed {

            /**
             * Constructs a new Redeemed.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.Redeemed.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Redeemed member. */
            member: Uint8Array;

            /** Redeemed records. */
            records: Uint8Array[];

            /** Redeemed secretEpoch. */
            secretEpoch: number;

            /** Redeemed secret. */
            secret: Uint8Array;

            /**
             * Encodes the specified Redeemed message. Does not implicitly {@link hopwire.v1.Redeemed.verify|verify} messages.
             * @param message Redeemed message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.Redeemed.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Redeemed message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.Redeemed & hopwire.v1.Redeemed.$Shape} Redeemed
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.Redeemed & hopwire.v1.Redeemed.$Shape;

            /**
             * Gets the type url for Redeemed
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace Redeemed {

            /** Properties of a Redeemed. */
            interface $Properties {

                /** Redeemed member */
                member?: (Uint8Array|null);

                /** Redeemed records */
                records?: (Uint8Array[]|null);

                /** Redeemed secretEpoch */
                secretEpoch?: (number|null);

                /** Redeemed secret */
                secret?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Redeemed. */
            type $Shape = hopwire.v1.Redeemed.$Properties;
        }

        /**
         * Properties of a Certify.
         * @deprecated Use hopwire.v1.Certify.$Properties instead.
         */
        interface ICertify extends hopwire.v1.Certify.$Properties {
        }

        /** Represents a Certify. */
        class Certify {

            /**
             * Constructs a new Certify.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.Certify.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Certify identityKey. */
            identityKey: Uint8Array;

            /** Certify wireguardKey. */
            wireguardKey: Uint8Array;

            /** Certify exchangeKey. */
            exchangeKey: Uint8Array;

            /** Certify signature. */
            signature: Uint8Array;

            /**
             * Encodes the specified Certify message. Does not implicitly {@link hopwire.v1.Certify.verify|verify} messages.
             * @param message Certify message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.Certify.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Certify message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.Certify & hopwire.v1.Certify.$Shape} Certify
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.Certify & hopwire.v1.Certify.$Shape;

            /**
             * Gets the type url for Certify
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace Certify {

            /** Properties of a Certify. */
            interface $Properties {

                /** Certify identityKey */
                identityKey?: (Uint8Array|null);

                /** Certify wireguardKey */
                wireguardKey?: (Uint8Array|null);

                /** Certify exchangeKey */
                exchangeKey?: (Uint8Array|null);

                /** Certify signature */
                signature?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Certify. */
            type $Shape = hopwire.v1.Certify.$Properties;
        }

        /**
         * Properties of a Certified.
         * @deprecated Use hopwire.v1.Certified.$Properties instead.
         */
        interface ICertified extends hopwire.v1.Certified.$Properties {
        }

        /** Represents a Certified. */
        class Certified {

            /**
             * Constructs a new Certified.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.Certified.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Certified member. */
            member: Uint8Array;

            /**
             * Encodes the specified Certified message. Does not implicitly {@link hopwire.v1.Certified.verify|verify} messages.
             * @param message Certified message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.Certified.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Certified message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.Certified & hopwire.v1.Certified.$Shape} Certified
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.Certified & hopwire.v1.Certified.$Shape;

            /**
             * Gets the type url for Certified
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace Certified {

            /** Properties of a Certified. */
            interface $Properties {

                /** Certified member */
                member?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Certified. */
            type $Shape = hopwire.v1.Certified.$Properties;
        }

        /**
         * Properties of an Allocate.
         * @deprecated Use hopwire.v1.Allocate.$Properties instead.
         */
        interface IAllocate extends hopwire.v1.Allocate.$Properties {
        }

        /** Represents an Allocate. */
        class Allocate {

            /**
             * Constructs a new Allocate.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.Allocate.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Allocate token. */
            token: string;

            /**
             * Encodes the specified Allocate message. Does not implicitly {@link hopwire.v1.Allocate.verify|verify} messages.
             * @param message Allocate message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.Allocate.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Allocate message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.Allocate & hopwire.v1.Allocate.$Shape} Allocate
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.Allocate & hopwire.v1.Allocate.$Shape;

            /**
             * Gets the type url for Allocate
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace Allocate {

            /** Properties of an Allocate. */
            interface $Properties {

                /** Allocate token */
                token?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Allocate. */
            type $Shape = hopwire.v1.Allocate.$Properties;
        }

        /**
         * Properties of an Allocated.
         * @deprecated Use hopwire.v1.Allocated.$Properties instead.
         */
        interface IAllocated extends hopwire.v1.Allocated.$Properties {
        }

        /** Represents an Allocated. */
        class Allocated {

            /**
             * Constructs a new Allocated.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.Allocated.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Allocated allocation. */
            allocation: Uint8Array;

            /** Allocated relay. */
            relay: Uint8Array;

            /** Allocated peer. */
            peer: Uint8Array;

            /** Allocated endpoints. */
            endpoints: string[];

            /** Allocated lifetimeSec. */
            lifetimeSec: number;

            /** Allocated legKey. */
            legKey: Uint8Array;

            /** Allocated legB. */
            legB: boolean;

            /**
             * Encodes the specified Allocated message. Does not implicitly {@link hopwire.v1.Allocated.verify|verify} messages.
             * @param message Allocated message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.Allocated.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Allocated message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.Allocated & hopwire.v1.Allocated.$Shape} Allocated
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.Allocated & hopwire.v1.Allocated.$Shape;

            /**
             * Gets the type url for Allocated
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace Allocated {

            /** Properties of an Allocated. */
            interface $Properties {

                /** Allocated allocation */
                allocation?: (Uint8Array|null);

                /** Allocated relay */
                relay?: (Uint8Array|null);

                /** Allocated peer */
                peer?: (Uint8Array|null);

                /** Allocated endpoints */
                endpoints?: (string[]|null);

                /** Allocated lifetimeSec */
                lifetimeSec?: (number|null);

                /** Allocated legKey */
                legKey?: (Uint8Array|null);

                /** Allocated legB */
                legB?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Allocated. */
            type $Shape = hopwire.v1.Allocated.$Properties;
        }

        /**
         * Properties of a Refresh.
         * @deprecated Use hopwire.v1.Refresh.$Properties instead.
         */
        interface IRefresh extends hopwire.v1.Refresh.$Properties {
        }

        /** Represents a Refresh. */
        class Refresh {

            /**
             * Constructs a new Refresh.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.Refresh.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Refresh allocation. */
            allocation: Uint8Array;

            /** Refresh token. */
            token: string;

            /**
             * Encodes the specified Refresh message. Does not implicitly {@link hopwire.v1.Refresh.verify|verify} messages.
             * @param message Refresh message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.Refresh.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Refresh message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.Refresh & hopwire.v1.Refresh.$Shape} Refresh
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.Refresh & hopwire.v1.Refresh.$Shape;

            /**
             * Gets the type url for Refresh
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace Refresh {

            /** Properties of a Refresh. */
            interface $Properties {

                /** Refresh allocation */
                allocation?: (Uint8Array|null);

                /** Refresh token */
                token?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Refresh. */
            type $Shape = hopwire.v1.Refresh.$Properties;
        }

        /**
         * Properties of a Refreshed.
         * @deprecated Use hopwire.v1.Refreshed.$Properties instead.
         */
        interface IRefreshed extends hopwire.v1.Refreshed.$Properties {
        }

        /** Represents a Refreshed. */
        class Refreshed {

            /**
             * Constructs a new Refreshed.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.Refreshed.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Refreshed lifetimeSec. */
            lifetimeSec: number;

            /**
             * Encodes the specified Refreshed message. Does not implicitly {@link hopwire.v1.Refreshed.verify|verify} messages.
             * @param message Refreshed message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.Refreshed.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Refreshed message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.Refreshed & hopwire.v1.Refreshed.$Shape} Refreshed
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.Refreshed & hopwire.v1.Refreshed.$Shape;

            /**
             * Gets the type url for Refreshed
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace Refreshed {

            /** Properties of a Refreshed. */
            interface $Properties {

                /** Refreshed lifetimeSec */
                lifetimeSec?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Refreshed. */
            type $Shape = hopwire.v1.Refreshed.$Properties;
        }

        /**
         * Properties of a Release.
         * @deprecated Use hopwire.v1.Release.$Properties instead.
         */
        interface IRelease extends hopwire.v1.Release.$Properties {
        }

        /** Represents a Release. */
        class Release {

            /**
             * Constructs a new Release.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.Release.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Release allocation. */
            allocation: Uint8Array;

            /**
             * Encodes the specified Release message. Does not implicitly {@link hopwire.v1.Release.verify|verify} messages.
             * @param message Release message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.Release.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Release message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.Release & hopwire.v1.Release.$Shape} Release
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.Release & hopwire.v1.Release.$Shape;

            /**
             * Gets the type url for Release
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace Release {

            /** Properties of a Release. */
            interface $Properties {

                /** Release allocation */
                allocation?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Release. */
            type $Shape = hopwire.v1.Release.$Properties;
        }

        /**
         * Properties of a Released.
         * @deprecated Use hopwire.v1.Released.$Properties instead.
         */
        interface IReleased extends hopwire.v1.Released.$Properties {
        }

        /** Represents a Released. */
        class Released {

            /**
             * Constructs a new Released.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.Released.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /**
             * Encodes the specified Released message. Does not implicitly {@link hopwire.v1.Released.verify|verify} messages.
             * @param message Released message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.Released.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Released message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.Released & hopwire.v1.Released.$Shape} Released
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.Released & hopwire.v1.Released.$Shape;

            /**
             * Gets the type url for Released
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace Released {

            /** Properties of a Released. */
            interface $Properties {

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Released. */
            type $Shape = hopwire.v1.Released.$Properties;
        }

        /**
         * Properties of an AllocationEnded.
         * @deprecated Use hopwire.v1.AllocationEnded.$Properties instead.
         */
        interface IAllocationEnded extends hopwire.v1.AllocationEnded.$Properties {
        }

        /** Represents an AllocationEnded. */
        class AllocationEnded {

            /**
             * Constructs a new AllocationEnded.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.AllocationEnded.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** AllocationEnded allocation. */
            allocation: Uint8Array;

            /** AllocationEnded reason. */
            reason: string;

            /**
             * Encodes the specified AllocationEnded message. Does not implicitly {@link hopwire.v1.AllocationEnded.verify|verify} messages.
             * @param message AllocationEnded message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.AllocationEnded.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an AllocationEnded message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.AllocationEnded & hopwire.v1.AllocationEnded.$Shape} AllocationEnded
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.AllocationEnded & hopwire.v1.AllocationEnded.$Shape;

            /**
             * Gets the type url for AllocationEnded
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace AllocationEnded {

            /** Properties of an AllocationEnded. */
            interface $Properties {

                /** AllocationEnded allocation */
                allocation?: (Uint8Array|null);

                /** AllocationEnded reason */
                reason?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an AllocationEnded. */
            type $Shape = hopwire.v1.AllocationEnded.$Properties;
        }

        /**
         * Properties of an AllocationWarning.
         * @deprecated Use hopwire.v1.AllocationWarning.$Properties instead.
         */
        interface IAllocationWarning extends hopwire.v1.AllocationWarning.$Properties {
        }

        /** Represents an AllocationWarning. */
        class AllocationWarning {

            /**
             * Constructs a new AllocationWarning.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.AllocationWarning.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** AllocationWarning allocation. */
            allocation: Uint8Array;

            /** AllocationWarning usedBytes. */
            usedBytes: number;

            /** AllocationWarning limitBytes. */
            limitBytes: number;

            /**
             * Encodes the specified AllocationWarning message. Does not implicitly {@link hopwire.v1.AllocationWarning.verify|verify} messages.
             * @param message AllocationWarning message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.AllocationWarning.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an AllocationWarning message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.AllocationWarning & hopwire.v1.AllocationWarning.$Shape} AllocationWarning
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.AllocationWarning & hopwire.v1.AllocationWarning.$Shape;

            /**
             * Gets the type url for AllocationWarning
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace AllocationWarning {

            /** Properties of an AllocationWarning. */
            interface $Properties {

                /** AllocationWarning allocation */
                allocation?: (Uint8Array|null);

                /** AllocationWarning usedBytes */
                usedBytes?: (number|null);

                /** AllocationWarning limitBytes */
                limitBytes?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an AllocationWarning. */
            type $Shape = hopwire.v1.AllocationWarning.$Properties;
        }

        /**
         * Properties of a Draining.
         * @deprecated Use hopwire.v1.Draining.$Properties instead.
         */
        interface IDraining extends hopwire.v1.Draining.$Properties {
        }

        /** Represents a Draining. */
        class Draining {

            /**
             * Constructs a new Draining.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.Draining.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Draining withinMs. */
            withinMs: number;

            /**
             * Encodes the specified Draining message. Does not implicitly {@link hopwire.v1.Draining.verify|verify} messages.
             * @param message Draining message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.Draining.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Draining message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.Draining & hopwire.v1.Draining.$Shape} Draining
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.Draining & hopwire.v1.Draining.$Shape;

            /**
             * Gets the type url for Draining
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace Draining {

            /** Properties of a Draining. */
            interface $Properties {

                /** Draining withinMs */
                withinMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Draining. */
            type $Shape = hopwire.v1.Draining.$Properties;
        }

        /**
         * Properties of a Forward.
         * @deprecated Use hopwire.v1.Forward.$Properties instead.
         */
        interface IForward extends hopwire.v1.Forward.$Properties {
        }

        /** Represents a Forward. */
        class Forward {

            /**
             * Constructs a new Forward.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.Forward.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Forward to. */
            to: Uint8Array;

            /** Forward sealed. */
            sealed: Uint8Array;

            /**
             * Encodes the specified Forward message. Does not implicitly {@link hopwire.v1.Forward.verify|verify} messages.
             * @param message Forward message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.Forward.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Forward message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.Forward & hopwire.v1.Forward.$Shape} Forward
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.Forward & hopwire.v1.Forward.$Shape;

            /**
             * Gets the type url for Forward
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace Forward {

            /** Properties of a Forward. */
            interface $Properties {

                /** Forward to */
                to?: (Uint8Array|null);

                /** Forward sealed */
                sealed?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Forward. */
            type $Shape = hopwire.v1.Forward.$Properties;
        }

        /**
         * Properties of a ForwardAccepted.
         * @deprecated Use hopwire.v1.ForwardAccepted.$Properties instead.
         */
        interface IForwardAccepted extends hopwire.v1.ForwardAccepted.$Properties {
        }

        /** Represents a ForwardAccepted. */
        class ForwardAccepted {

            /**
             * Constructs a new ForwardAccepted.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.ForwardAccepted.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /**
             * Encodes the specified ForwardAccepted message. Does not implicitly {@link hopwire.v1.ForwardAccepted.verify|verify} messages.
             * @param message ForwardAccepted message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.ForwardAccepted.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ForwardAccepted message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.ForwardAccepted & hopwire.v1.ForwardAccepted.$Shape} ForwardAccepted
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.ForwardAccepted & hopwire.v1.ForwardAccepted.$Shape;

            /**
             * Gets the type url for ForwardAccepted
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace ForwardAccepted {

            /** Properties of a ForwardAccepted. */
            interface $Properties {

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ForwardAccepted. */
            type $Shape = hopwire.v1.ForwardAccepted.$Properties;
        }

        /**
         * Properties of a Forwarded.
         * @deprecated Use hopwire.v1.Forwarded.$Properties instead.
         */
        interface IForwarded extends hopwire.v1.Forwarded.$Properties {
        }

        /** Represents a Forwarded. */
        class Forwarded {

            /**
             * Constructs a new Forwarded.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.Forwarded.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Forwarded from. */
            from: Uint8Array;

            /** Forwarded sealed. */
            sealed: Uint8Array;

            /**
             * Encodes the specified Forwarded message. Does not implicitly {@link hopwire.v1.Forwarded.verify|verify} messages.
             * @param message Forwarded message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.Forwarded.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Forwarded message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.Forwarded & hopwire.v1.Forwarded.$Shape} Forwarded
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.Forwarded & hopwire.v1.Forwarded.$Shape;

            /**
             * Gets the type url for Forwarded
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace Forwarded {

            /** Properties of a Forwarded. */
            interface $Properties {

                /** Forwarded from */
                from?: (Uint8Array|null);

                /** Forwarded sealed */
                sealed?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Forwarded. */
            type $Shape = hopwire.v1.Forwarded.$Properties;
        }

        /**
         * Properties of a SecretRequest.
         * @deprecated Use hopwire.v1.SecretRequest.$Properties instead.
         */
        interface ISecretRequest extends hopwire.v1.SecretRequest.$Properties {
        }

        /** Represents a SecretRequest. */
        class SecretRequest {

            /**
             * Constructs a new SecretRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.SecretRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SecretRequest epoch. */
            epoch: number;

            /**
             * Encodes the specified SecretRequest message. Does not implicitly {@link hopwire.v1.SecretRequest.verify|verify} messages.
             * @param message SecretRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.SecretRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SecretRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.SecretRequest & hopwire.v1.SecretRequest.$Shape} SecretRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.SecretRequest & hopwire.v1.SecretRequest.$Shape;

            /**
             * Gets the type url for SecretRequest
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace SecretRequest {

            /** Properties of a SecretRequest. */
            interface $Properties {

                /** SecretRequest epoch */
                epoch?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SecretRequest. */
            type $Shape = hopwire.v1.SecretRequest.$Properties;
        }

        /**
         * Properties of a SecretAnswer.
         * @deprecated Use hopwire.v1.SecretAnswer.$Properties instead.
         */
        interface ISecretAnswer extends hopwire.v1.SecretAnswer.$Properties {
        }

        /** Represents a SecretAnswer. */
        class SecretAnswer {

            /**
             * Constructs a new SecretAnswer.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.SecretAnswer.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SecretAnswer epoch. */
            epoch: number;

            /** SecretAnswer secret. */
            secret: Uint8Array;

            /**
             * Encodes the specified SecretAnswer message. Does not implicitly {@link hopwire.v1.SecretAnswer.verify|verify} messages.
             * @param message SecretAnswer message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.SecretAnswer.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SecretAnswer message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.SecretAnswer & hopwire.v1.SecretAnswer.$Shape} SecretAnswer
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.SecretAnswer & hopwire.v1.SecretAnswer.$Shape;

            /**
             * Gets the type url for SecretAnswer
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace SecretAnswer {

            /** Properties of a SecretAnswer. */
            interface $Properties {

                /** SecretAnswer epoch */
                epoch?: (number|null);

                /** SecretAnswer secret */
                secret?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SecretAnswer. */
            type $Shape = hopwire.v1.SecretAnswer.$Properties;
        }

        /**
         * Properties of a ProbeRequest.
         * @deprecated Use hopwire.v1.ProbeRequest.$Properties instead.
         */
        interface IProbeRequest extends hopwire.v1.ProbeRequest.$Properties {
        }

        /** Represents a ProbeRequest. */
        class ProbeRequest {

            /**
             * Constructs a new ProbeRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.ProbeRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ProbeRequest endpoint. */
            endpoint: string;

            /**
             * Encodes the specified ProbeRequest message. Does not implicitly {@link hopwire.v1.ProbeRequest.verify|verify} messages.
             * @param message ProbeRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.ProbeRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ProbeRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.ProbeRequest & hopwire.v1.ProbeRequest.$Shape} ProbeRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.ProbeRequest & hopwire.v1.ProbeRequest.$Shape;

            /**
             * Gets the type url for ProbeRequest
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace ProbeRequest {

            /** Properties of a ProbeRequest. */
            interface $Properties {

                /** ProbeRequest endpoint */
                endpoint?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ProbeRequest. */
            type $Shape = hopwire.v1.ProbeRequest.$Properties;
        }

        /**
         * Properties of a Probed.
         * @deprecated Use hopwire.v1.Probed.$Properties instead.
         */
        interface IProbed extends hopwire.v1.Probed.$Properties {
        }

        /** Represents a Probed. */
        class Probed {

            /**
             * Constructs a new Probed.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.Probed.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Probed reached. */
            reached: boolean;

            /**
             * Encodes the specified Probed message. Does not implicitly {@link hopwire.v1.Probed.verify|verify} messages.
             * @param message Probed message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.Probed.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Probed message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.Probed & hopwire.v1.Probed.$Shape} Probed
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.Probed & hopwire.v1.Probed.$Shape;

            /**
             * Gets the type url for Probed
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace Probed {

            /** Properties of a Probed. */
            interface $Properties {

                /** Probed reached */
                reached?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Probed. */
            type $Shape = hopwire.v1.Probed.$Properties;
        }

        /**
         * Properties of an ObserveRequest.
         * @deprecated Use hopwire.v1.ObserveRequest.$Properties instead.
         */
        interface IObserveRequest extends hopwire.v1.ObserveRequest.$Properties {
        }

        /** Represents an ObserveRequest. */
        class ObserveRequest {

            /**
             * Constructs a new ObserveRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.ObserveRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ObserveRequest member. */
            member: Uint8Array;

            /**
             * Encodes the specified ObserveRequest message. Does not implicitly {@link hopwire.v1.ObserveRequest.verify|verify} messages.
             * @param message ObserveRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.ObserveRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an ObserveRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.ObserveRequest & hopwire.v1.ObserveRequest.$Shape} ObserveRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.ObserveRequest & hopwire.v1.ObserveRequest.$Shape;

            /**
             * Gets the type url for ObserveRequest
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace ObserveRequest {

            /** Properties of an ObserveRequest. */
            interface $Properties {

                /** ObserveRequest member */
                member?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an ObserveRequest. */
            type $Shape = hopwire.v1.ObserveRequest.$Properties;
        }

        /**
         * Properties of an Observed.
         * @deprecated Use hopwire.v1.Observed.$Properties instead.
         */
        interface IObserved extends hopwire.v1.Observed.$Properties {
        }

        /** Represents an Observed. */
        class Observed {

            /**
             * Constructs a new Observed.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.Observed.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Observed address. */
            address: string;

            /**
             * Encodes the specified Observed message. Does not implicitly {@link hopwire.v1.Observed.verify|verify} messages.
             * @param message Observed message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.Observed.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Observed message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.Observed & hopwire.v1.Observed.$Shape} Observed
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.Observed & hopwire.v1.Observed.$Shape;

            /**
             * Gets the type url for Observed
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace Observed {

            /** Properties of an Observed. */
            interface $Properties {

                /** Observed address */
                address?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Observed. */
            type $Shape = hopwire.v1.Observed.$Properties;
        }

        /**
         * Properties of a SealedMessage.
         * @deprecated Use hopwire.v1.SealedMessage.$Properties instead.
         */
        interface ISealedMessage extends hopwire.v1.SealedMessage.$Properties {
        }

        /** Represents a SealedMessage. */
        class SealedMessage {

            /**
             * Constructs a new SealedMessage.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.SealedMessage.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SealedMessage ephemeralKey. */
            ephemeralKey: Uint8Array;

            /** SealedMessage ciphertext. */
            ciphertext: Uint8Array;

            /**
             * Encodes the specified SealedMessage message. Does not implicitly {@link hopwire.v1.SealedMessage.verify|verify} messages.
             * @param message SealedMessage message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.SealedMessage.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SealedMessage message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.SealedMessage & hopwire.v1.SealedMessage.$Shape} SealedMessage
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.SealedMessage & hopwire.v1.SealedMessage.$Shape;

            /**
             * Gets the type url for SealedMessage
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace SealedMessage {

            /** Properties of a SealedMessage. */
            interface $Properties {

                /** SealedMessage ephemeralKey */
                ephemeralKey?: (Uint8Array|null);

                /** SealedMessage ciphertext */
                ciphertext?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SealedMessage. */
            type $Shape = hopwire.v1.SealedMessage.$Properties;
        }

        /**
         * Properties of a SignedMessage.
         * @deprecated Use hopwire.v1.SignedMessage.$Properties instead.
         */
        interface ISignedMessage extends hopwire.v1.SignedMessage.$Properties {
        }

        /** Represents a SignedMessage. */
        class SignedMessage {

            /**
             * Constructs a new SignedMessage.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.SignedMessage.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SignedMessage body. */
            body: Uint8Array;

            /** SignedMessage signature. */
            signature: Uint8Array;

            /**
             * Encodes the specified SignedMessage message. Does not implicitly {@link hopwire.v1.SignedMessage.verify|verify} messages.
             * @param message SignedMessage message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.SignedMessage.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SignedMessage message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.SignedMessage & hopwire.v1.SignedMessage.$Shape} SignedMessage
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.SignedMessage & hopwire.v1.SignedMessage.$Shape;

            /**
             * Gets the type url for SignedMessage
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace SignedMessage {

            /** Properties of a SignedMessage. */
            interface $Properties {

                /** SignedMessage body */
                body?: (Uint8Array|null);

                /** SignedMessage signature */
                signature?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SignedMessage. */
            type $Shape = hopwire.v1.SignedMessage.$Properties;
        }

        /**
         * Properties of a PeerMessage.
         * @deprecated Use hopwire.v1.PeerMessage.$Properties instead.
         */
        interface IPeerMessage extends hopwire.v1.PeerMessage.$Properties {
        }

        /** Represents a PeerMessage. */
        class PeerMessage {

            /**
             * Constructs a new PeerMessage.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.PeerMessage.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** PeerMessage network. */
            network: Uint8Array;

            /** PeerMessage from. */
            from: Uint8Array;

            /** PeerMessage to. */
            to: Uint8Array;

            /** PeerMessage sequence. */
            sequence: number;

            /** PeerMessage candidates. */
            candidates?: (hopwire.v1.CandidateExchange.$Properties|null);

            /** PeerMessage knock. */
            knock?: (hopwire.v1.Knock.$Properties|null);

            /** PeerMessage content. */
            content?: ("candidates"|"knock");

            /**
             * Encodes the specified PeerMessage message. Does not implicitly {@link hopwire.v1.PeerMessage.verify|verify} messages.
             * @param message PeerMessage message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.PeerMessage.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a PeerMessage message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.PeerMessage & hopwire.v1.PeerMessage.$Shape} PeerMessage
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.PeerMessage & hopwire.v1.PeerMessage.$Shape;

            /**
             * Gets the type url for PeerMessage
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace PeerMessage {

            /** Properties of a PeerMessage. */
            interface $Properties {

                /** PeerMessage network */
                network?: (Uint8Array|null);

                /** PeerMessage from */
                from?: (Uint8Array|null);

                /** PeerMessage to */
                to?: (Uint8Array|null);

                /** PeerMessage sequence */
                sequence?: (number|null);

                /** PeerMessage candidates */
                candidates?: (hopwire.v1.CandidateExchange.$Properties|null);

                /** PeerMessage knock */
                knock?: (hopwire.v1.Knock.$Properties|null);

                /** PeerMessage content */
                content?: ("candidates"|"knock");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a PeerMessage. */
            type $Shape = {
              network?: Uint8Array|null;
              from?: Uint8Array|null;
              to?: Uint8Array|null;
              sequence?: number|null;
              candidates?: hopwire.v1.CandidateExchange.$Shape|null;
              knock?: hopwire.v1.Knock.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ content?: undefined; candidates?: null; knock?: null }|{ content?: "candidates"; candidates: hopwire.v1.CandidateExchange.$Shape; knock?: null }|{ content?: "knock"; candidates?: null; knock: hopwire.v1.Knock.$Shape })
            );
        }

        /**
         * Properties of a CandidateExchange.
         * @deprecated Use hopwire.v1.CandidateExchange.$Properties instead.
         */
        interface ICandidateExchange extends hopwire.v1.CandidateExchange.$Properties {
        }

        /** Represents a CandidateExchange. */
        class CandidateExchange {

            /**
             * Constructs a new CandidateExchange.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.CandidateExchange.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** CandidateExchange candidates. */
            candidates: hopwire.v1.Candidate.$Properties[];

            /** CandidateExchange answerWanted. */
            answerWanted: boolean;

            /** CandidateExchange nat. */
            nat: hopwire.v1.NatBehaviour.$Properties[];

            /** CandidateExchange round. */
            round: number;

            /** CandidateExchange relayRtts. */
            relayRtts: hopwire.v1.RelayRtt.$Properties[];

            /**
             * Encodes the specified CandidateExchange message. Does not implicitly {@link hopwire.v1.CandidateExchange.verify|verify} messages.
             * @param message CandidateExchange message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.CandidateExchange.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a CandidateExchange message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.CandidateExchange & hopwire.v1.CandidateExchange.$Shape} CandidateExchange
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.CandidateExchange & hopwire.v1.CandidateExchange.$Shape;

            /**
             * Gets the type url for CandidateExchange
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace CandidateExchange {

            /** Properties of a CandidateExchange. */
            interface $Properties {

                /** CandidateExchange candidates */
                candidates?: (hopwire.v1.Candidate.$Properties[]|null);

                /** CandidateExchange answerWanted */
                answerWanted?: (boolean|null);

                /** CandidateExchange nat */
                nat?: (hopwire.v1.NatBehaviour.$Properties[]|null);

                /** CandidateExchange round */
                round?: (number|null);

                /** CandidateExchange relayRtts */
                relayRtts?: (hopwire.v1.RelayRtt.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a CandidateExchange. */
            type $Shape = hopwire.v1.CandidateExchange.$Properties;
        }

        /**
         * Properties of a RelayRtt.
         * @deprecated Use hopwire.v1.RelayRtt.$Properties instead.
         */
        interface IRelayRtt extends hopwire.v1.RelayRtt.$Properties {
        }

        /** Represents a RelayRtt. */
        class RelayRtt {

            /**
             * Constructs a new RelayRtt.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.RelayRtt.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** RelayRtt relay. */
            relay: Uint8Array;

            /** RelayRtt rttMs. */
            rttMs: number;

            /**
             * Encodes the specified RelayRtt message. Does not implicitly {@link hopwire.v1.RelayRtt.verify|verify} messages.
             * @param message RelayRtt message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.RelayRtt.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a RelayRtt message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.RelayRtt & hopwire.v1.RelayRtt.$Shape} RelayRtt
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.RelayRtt & hopwire.v1.RelayRtt.$Shape;

            /**
             * Gets the type url for RelayRtt
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace RelayRtt {

            /** Properties of a RelayRtt. */
            interface $Properties {

                /** RelayRtt relay */
                relay?: (Uint8Array|null);

                /** RelayRtt rttMs */
                rttMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a RelayRtt. */
            type $Shape = hopwire.v1.RelayRtt.$Properties;
        }

        /**
         * Properties of a NatBehaviour.
         * @deprecated Use hopwire.v1.NatBehaviour.$Properties instead.
         */
        interface INatBehaviour extends hopwire.v1.NatBehaviour.$Properties {
        }

        /** Represents a NatBehaviour. */
        class NatBehaviour {

            /**
             * Constructs a new NatBehaviour.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.NatBehaviour.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** NatBehaviour family. */
            family: string;

            /** NatBehaviour mapping. */
            mapping: string;

            /** NatBehaviour filtering. */
            filtering: string;

            /** NatBehaviour ports. */
            ports: string;

            /** NatBehaviour portStep. */
            portStep: number;

            /** NatBehaviour hairpin. */
            hairpin: string;

            /**
             * Encodes the specified NatBehaviour message. Does not implicitly {@link hopwire.v1.NatBehaviour.verify|verify} messages.
             * @param message NatBehaviour message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.NatBehaviour.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a NatBehaviour message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.NatBehaviour & hopwire.v1.NatBehaviour.$Shape} NatBehaviour
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.NatBehaviour & hopwire.v1.NatBehaviour.$Shape;

            /**
             * Gets the type url for NatBehaviour
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace NatBehaviour {

            /** Properties of a NatBehaviour. */
            interface $Properties {

                /** NatBehaviour family */
                family?: (string|null);

                /** NatBehaviour mapping */
                mapping?: (string|null);

                /** NatBehaviour filtering */
                filtering?: (string|null);

                /** NatBehaviour ports */
                ports?: (string|null);

                /** NatBehaviour portStep */
                portStep?: (number|null);

                /** NatBehaviour hairpin */
                hairpin?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a NatBehaviour. */
            type $Shape = hopwire.v1.NatBehaviour.$Properties;
        }

        /**
         * Properties of a Knock.
         * @deprecated Use hopwire.v1.Knock.$Properties instead.
         */
        interface IKnock extends hopwire.v1.Knock.$Properties {
        }

        /** Represents a Knock. */
        class Knock {

            /**
             * Constructs a new Knock.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.Knock.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Knock ports. */
            ports: number[];

            /**
             * Encodes the specified Knock message. Does not implicitly {@link hopwire.v1.Knock.verify|verify} messages.
             * @param message Knock message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.Knock.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Knock message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.Knock & hopwire.v1.Knock.$Shape} Knock
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.Knock & hopwire.v1.Knock.$Shape;

            /**
             * Gets the type url for Knock
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace Knock {

            /** Properties of a Knock. */
            interface $Properties {

                /** Knock ports */
                ports?: (number[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Knock. */
            type $Shape = hopwire.v1.Knock.$Properties;
        }

        /**
         * Properties of a Candidate.
         * @deprecated Use hopwire.v1.Candidate.$Properties instead.
         */
        interface ICandidate extends hopwire.v1.Candidate.$Properties {
        }

        /** Represents a Candidate. */
        class Candidate {

            /**
             * Constructs a new Candidate.
             * @param [properties] Properties to set
             */
            constructor(properties?: hopwire.v1.Candidate.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Candidate kind. */
            kind: string;

            /** Candidate endpoint. */
            endpoint: string;

            /**
             * Encodes the specified Candidate message. Does not implicitly {@link hopwire.v1.Candidate.verify|verify} messages.
             * @param message Candidate message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: hopwire.v1.Candidate.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Candidate message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {hopwire.v1.Candidate & hopwire.v1.Candidate.$Shape} Candidate
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): hopwire.v1.Candidate & hopwire.v1.Candidate.$Shape;

            /**
             * Gets the type url for Candidate
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace Candidate {

            /** Properties of a Candidate. */
            interface $Properties {

                /** Candidate kind */
                kind?: (string|null);

                /** Candidate endpoint */
                endpoint?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Candidate. */
            type $Shape = hopwire.v1.Candidate.$Properties;
        }
    }
}
