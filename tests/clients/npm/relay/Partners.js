// The documents of a small Relay app: a connection, one below a node that is fetched again by node(id:), a mutation, the feed.

graphql`
  query PartnersQuery($network: ID!, $organization: ID!) {
    ...Partners_activities @arguments(network: $network)
    node(id: $organization) {
      ...Partners_partner @alias(as: "partner")
    }
  }
`;

graphql`
  fragment Partners_activities on Query
  @refetchable(queryName: "PartnersActivitiesQuery")
  @argumentDefinitions(network: { type: "ID!" }, first: { type: "Int", defaultValue: 2 }, after: { type: "String" }) {
    activities(network: $network, first: $first, after: $after) @connection(key: "Partners_activities") {
      edges {
        node {
          id
          title
          ...Partners_participants
        }
      }
      pageInfo {
        endCursor
        hasNextPage
      }
    }
  }
`;

graphql`
  fragment Partners_participants on Activity {
    participations {
      organization {
        id
        name
      }
    }
  }
`;

graphql`
  fragment Partners_partner on Organization
  @refetchable(queryName: "PartnersPartnerQuery")
  @argumentDefinitions(first: { type: "Int", defaultValue: 1 }, after: { type: "String" }) {
    id
    name
    activities(first: $first, after: $after) @connection(key: "Partners_partner_activities") {
      edges {
        node {
          id
        }
      }
    }
  }
`;

graphql`
  query PartnersVersionQuery($network: ID!) {
    node(id: $network) {
      ... on Network {
        version
      }
    }
  }
`;

graphql`
  mutation PartnersCorrectMutation($id: ID!, $version: Int!, $input: NetworkCorrection!, $reason: String!) {
    correctNetwork(id: $id, version: $version, input: $input, reason: $reason) {
      ... on Network {
        id
        version
      }
      ... on Refusal {
        problems {
          code
          message
        }
      }
    }
  }
`;

graphql`
  subscription PartnersFeedSubscription($network: ID!, $after: Int) {
    networkFeed(network: $network, after: $after) {
      sequence
      record {
        id
      }
    }
  }
`;
